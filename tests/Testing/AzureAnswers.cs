using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace FuncComet.Testing;

/// <summary>
/// What Azure documents of its Queue service where Azurite is different: a pop receipt that is no longer valid is answered
/// as if the message were gone; the name of a deleted queue is refused for a while; to clear a queue takes several
/// requests; and at times the service is busy for a moment.
/// </summary>
public sealed partial class AzureAnswers : HttpTransformer
{
    /// <summary>How long Azure refuses every request for a deleted queue, at least.</summary>
    public static readonly TimeSpan DeletedNameIsRefused = TimeSpan.FromSeconds(30);

    /// <summary>How many messages a request to clear a queue removes before its time is up.</summary>
    public const int ClearedAtOnce = 2;

    // Shorter than the pause before the storage client's second try. As it tries only twice, no request that is refused for another reason
    // is also answered so, and none fails for good.
    private static readonly TimeSpan BusyFor = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyEvery = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, long> _deletedAt = new();
    private readonly ConcurrentDictionary<string, bool> _sendAnswersToLose = new();
    private readonly ConcurrentDictionary<string, bool> _updateAnswersToLose = new();
    private readonly ConcurrentDictionary<string, bool> _endlessClears = new();
    private readonly QueueServiceClient _storage;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _began;
    private long _isQuietSince;

    internal AzureAnswers(string connectionString)
    {
        _storage = new QueueServiceClient(connectionString);
        _isQuietSince = _began = _time.GetTimestamp();
    }

    /// <summary>How long every request for a deleted queue is refused here.</summary>
    public TimeSpan RefusesDeletedNamesFor { get; set; } = DeletedNameIsRefused;

    /// <summary>
    /// The next send to this recipient is carried out, but answered with an error, so that the storage client sends the message again.
    /// </summary>
    public void LoseNextSendAnswer(string recipient) => _sendAnswersToLose[Named.Recipient(recipient).QueueName("fc")] = true;

    /// <summary>
    /// The next update of a message of this recipient is carried out, but answered with an error, so that the storage client tries again.
    /// </summary>
    public void LoseNextUpdateAnswer(string recipient) => _updateAnswersToLose[Named.Recipient(recipient).QueueName("fc")] = true;

    /// <summary>
    /// From now on, no request to clear this recipient's queue ends in its time, as if the queue had more messages than Storage
    /// removes in a minute.
    /// </summary>
    public void NeverEndClears(string recipient) => _endlessClears[Named.Recipient(recipient).QueueName("fc")] = true;

    /// <summary>Answers a request in place of the storage; false if the storage is to answer it.</summary>
    internal async Task<bool> TryAnswerAsync(HttpContext context)
    {
        var queue = QueueOf(context.Request);
        var isClear = HttpMethods.IsDelete(context.Request.Method)
            && context.Request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal);
        if (!isClear
            && !_sendAnswersToLose.ContainsKey(queue)
            && !_updateAnswersToLose.ContainsKey(queue)
            && _time.GetElapsedTime(Volatile.Read(ref _isQuietSince)) > BusyEvery
            && _time.GetElapsedTime(_began).Ticks % BusyEvery.Ticks < BusyFor.Ticks)
        {
            return await RefuseAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "ServerBusy");
        }

        if (_deletedAt.TryGetValue(queue, out var deletedAt) && _time.GetElapsedTime(deletedAt) < RefusesDeletedNamesFor)
        {
            return await RefuseAsync(context.Response, StatusCodes.Status409Conflict, QueueErrorCode.QueueBeingDeleted);
        }

        if (isClear && (await RemoveSomeAsync(queue) == ClearedAtOnce || _endlessClears.ContainsKey(queue)))
        {
            return await RefuseAsync(context.Response, StatusCodes.Status500InternalServerError, QueueErrorCode.OperationTimedOut);
        }

        return false;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var request = httpContext.Request;
        if (proxyResponse is not null && proxyResponse.IsSuccessStatusCode)
        {
            if (HttpMethods.IsDelete(request.Method) && QueuePath().IsMatch(request.Path.Value!))
            {
                _deletedAt[QueueOf(request)] = _time.GetTimestamp();
            }
            else if (MustLoseAnswer(request))
            {
                // The storage client's second try is its last. It must not meet a busy moment.
                Volatile.Write(ref _isQuietSince, _time.GetTimestamp());
                return !await RefuseAsync(
                    httpContext.Response, StatusCodes.Status500InternalServerError, QueueErrorCode.OperationTimedOut);
            }
        }
        else if (proxyResponse?.Headers.TryGetValues("x-ms-error-code", out var codes) == true
            && codes.Contains(QueueErrorCode.PopReceiptMismatch.ToString()))
        {
            return !await RefuseAsync(httpContext.Response, StatusCodes.Status404NotFound, QueueErrorCode.MessageNotFound);
        }

        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private bool MustLoseAnswer(HttpRequest request) =>
        (HttpMethods.IsPost(request.Method) && _sendAnswersToLose.TryRemove(QueueOf(request), out _))
        || (HttpMethods.IsPut(request.Method)
            && request.Path.Value!.Contains("/messages/", StringComparison.Ordinal)
            && _updateAnswersToLose.TryRemove(QueueOf(request), out _));

    // The path is /account/queue, and then perhaps /messages and a message's id.
    private static string QueueOf(HttpRequest request) => request.Path.Value!.Split('/').ElementAtOrDefault(2) ?? "";

    private static async Task<bool> RefuseAsync(HttpResponse response, int status, QueueErrorCode code)
    {
        response.StatusCode = status;
        response.Headers["x-ms-error-code"] = code.ToString();
        response.ContentType = "application/xml";
        await response.WriteAsync($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");
        return true;
    }

    private async Task<int> RemoveSomeAsync(string name)
    {
        var queue = _storage.GetQueueClient(name);
        if (!await queue.ExistsAsync())
        {
            return 0;
        }

        var messages = (await queue.ReceiveMessagesAsync(ClearedAtOnce)).Value;
        await Task.WhenAll(messages.Select(message => queue.DeleteMessageAsync(message.MessageId, message.PopReceipt)));
        return messages.Length;
    }

    [GeneratedRegex("^/[^/]+/[^/]+$")]
    private static partial Regex QueuePath();
}
