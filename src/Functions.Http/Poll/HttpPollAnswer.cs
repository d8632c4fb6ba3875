using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Waiting;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Poll;

/// <summary>Writes an answer to the client's connection and reports the outcome. Derived classes decide its form.</summary>
internal abstract class HttpPollAnswer(HttpContext context, ClientAborted clientAborted) : IPollAnswer
{
    /// <summary>The receipts that had expired when the poll acknowledged them.</summary>
    protected IReadOnlyList<string> Expired { get; private set; } = [];

    public void Acknowledged(IReadOnlyList<string> expired)
    {
        Expired = expired;
        if (expired.Count > 0 && !clientAborted.IsKnown)
        {
            context.Response.Headers[ResponseHeaders.Expired] = expired.Count.ToString(CultureInfo.InvariantCulture);
        }
    }

    public async Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        // After the client has left, the host may end the request and reuse the context while this function still runs.
        if (clientAborted.IsKnown)
        {
            return WriteOutcome.NotBegun;
        }

        try
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            ResponseHeaders.Set(context.Response.Headers);
            Write(context.Response, messages);
            var flushed = await context.Response.BodyWriter.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled || IsReset)
            {
                return WriteOutcome.Broken;
            }

            await context.Response.CompleteAsync();
            return WriteOutcome.Written;
        }
        catch (Exception ex) when (cancellationToken.IsCancellationRequested || ex is IOException)
        {
            if (!clientAborted.IsKnown)
            {
                // The client reads too slowly and the lease is about to end. Abort, so that half an answer does not look complete.
                context.Abort();
            }

            return WriteOutcome.Broken;
        }
    }

    // If the client resets the connection in the middle of a write, Kestrel's flush may end as if all had been written, and
    // RequestAborted fires later. The socket knows when the flush ends. In a proxy's connection the client is the proxy.
    private bool IsReset => context.Features.Get<IConnectionSocketFeature>() is { Socket.Connected: false };

    /// <summary>Sets the headers and buffers the body. Must not flush.</summary>
    protected abstract void Write(HttpResponse response, IReadOnlyList<LeasedMessage> messages);
}
