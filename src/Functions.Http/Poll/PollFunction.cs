using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Poll;

/// <summary><c>GET /api/poll</c>: holds the request until a message for the recipient can be answered.</summary>
public sealed class PollFunction(LongPoll polls, HeldPolls held, PollTimeouts timeouts, TokenGate tokens)
{
    /// <summary>
    /// The function. Its token fires when the client leaves and, alone, when the host calls the request off (functionTimeout, a worker that is
    /// drained); RequestAborted fires when the client leaves and, alone, at the limit of the host's proxy.
    /// </summary>
    [Function("Poll")]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "poll")] HttpRequest request,
        CancellationToken cancellationToken) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, query => PollAsync(request, query, new ClientGone(cancellationToken, request.HttpContext.RequestAborted))));

    private async Task<IResult> PollAsync(HttpRequest request, RequestQuery query, ClientGone clientGone)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        if (await tokens.RefuseAsync(request, query, recipient) is { } refused)
        {
            return refused;
        }

        if (!timeouts.TryRead(request, query, out var timeout, out var preference, out problem)
            || !query.TryGetSeconds("lease", PollRequest.MinLeaseSeconds, PollRequest.MaxLeaseSeconds, out var lease, out problem)
            || !query.TryGetNumber("max", 1, PollRequest.MostMessages, "a whole number", out var max, out problem)
            || !query.TryGetReceipts("ack", recipient, out var receipts, out problem))
        {
            return problem;
        }

        if (preference is { } seconds)
        {
            request.HttpContext.Response.Headers[ResponseHeaders.PreferenceApplied] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
        }

        var poll = new PollRequest(recipient, timeout) { Lease = lease, Max = max ?? 1, Acknowledges = receipts, Trace = RequestTrace.Of(request) };
        IPollAnswer answer = max is null
            ? new SingleMessageAnswer(request.HttpContext, withReceipt: lease is not null, clientGone)
            : new BatchAnswer(request.HttpContext, withReceipts: lease is not null, clientGone);

        // A client that seems to have left and has not, because the host called the request off, is told to poll again.
        return await polls.RunAsync(poll, answer, clientGone) switch
        {
            PollEnd.Delivered => TypedResults.Empty,
            PollEnd.TimedOut or PollEnd.HostStopping or PollEnd.ClientGone => TypedResults.NoContent(),
            PollEnd.TooManyPolls => Problems.TooManyPolls(held.Limits),
            _ => Problems.StorageUnavailable(),
        };
    }
}
