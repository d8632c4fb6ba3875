using Azure.Core;
using Azure.Core.Pipeline;
using FuncComet.Telemetry;

namespace FuncComet.Mailboxes;

/// <summary>Counts requests at the point where they are sent, retries included, since Storage bills each one.</summary>
internal sealed class StorageRequestMetrics(FuncCometMetrics metrics) : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var answered = false;
        try
        {
            await ProcessNextAsync(message, pipeline);
            answered = true;
        }
        finally
        {
            Count(message, answered);
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var answered = false;
        try
        {
            ProcessNext(message, pipeline);
            answered = true;
        }
        finally
        {
            Count(message, answered);
        }
    }

    private void Count(HttpMessage message, bool answered) => metrics.StorageRequested(
        OperationOf(message.Request.Method, message.Request.Uri.Path, message.Request.Uri.Query),
        answered ? ResultOf(message.Response.Status)
        : message.CancellationToken.IsCancellationRequested ? "cancelled"
        : "no_answer");

    /// <summary>The operation of the Queue service's REST interface that a request performs.</summary>
    internal static string OperationOf(RequestMethod method, string path, string query)
    {
        var ofMessages = path.EndsWith("/messages", StringComparison.Ordinal);
        var ofMessage = path.Contains("/messages/", StringComparison.Ordinal);
        var ofMetadata = query.Contains("comp=metadata", StringComparison.Ordinal);
        return method == RequestMethod.Post ? "send"
            : method == RequestMethod.Get && ofMessages ? query.Contains("peekonly=true", StringComparison.Ordinal) ? "peek" : "receive"
            : method == RequestMethod.Get ? ofMetadata ? "get_properties" : "list"
            : method == RequestMethod.Put ? ofMessage ? "update" : ofMetadata ? "set_metadata" : "create"
            : method == RequestMethod.Delete ? ofMessage ? "delete" : ofMessages ? "clear" : "delete_queue"
            : "other";
    }

    private static string ResultOf(int status) => status switch
    {
        < 400 => "ok",
        404 => "not_found",
        429 or 503 => "throttled",
        < 500 => "refused",
        _ => "failed",
    };
}
