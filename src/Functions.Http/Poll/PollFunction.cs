using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Polling;
using FuncComet.Waiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Poll;

/// <summary><c>GET /api/poll</c>: holds the request until there is a message for the recipient.</summary>
public sealed class PollFunction(LongPoll polls, HeldPolls held, PollTimeouts timeouts, TokenGate tokens)
{
    /// <summary>
    /// Answers 200 with messages, or 204 when the timeout ends. <paramref name="cancellationToken"/> and RequestAborted both fire when the
    /// client leaves. Only the former fires when the host cancels the request (functionTimeout, a worker that is drained); only the latter
    /// fires at the limit of the host's proxy.
    /// </summary>
    [Function("Poll")]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "poll")] HttpRequest request,
        CancellationToken cancellationToken) =>
        HttpFunction.AnswerAnonymouslyAsync(request, (HttpMethods.Get, query => PollAsync(request, query, cancellationToken)));

    private async Task<IResult> PollAsync(HttpRequest request, RequestQuery query, CancellationToken cancellationToken)
    {
        var context = request.HttpContext;
        var clientAborted = new ClientAborted(cancellationToken, context.RequestAborted);
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
            || !query.TryGetNumber("max", 1, PollRequest.MaxMessages, "a whole number", out var max, out problem)
            || !query.TryGetReceipts("ack", recipient, out var receipts, out problem))
        {
            return problem;
        }

        if (preference is { } seconds)
        {
            context.Response.Headers[ResponseHeaders.PreferenceApplied] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
        }

        var poll = new PollRequest(recipient, timeout)
        {
            Lease = lease,
            Max = max ?? 1,
            Acknowledges = receipts,
            Trace = RequestTrace.Of(request),
        };
        IPollAnswer answer = max is null
            ? new SingleMessageAnswer(context, withReceipt: lease is not null, clientAborted)
            : new BatchAnswer(context, withReceipts: lease is not null, clientAborted);

        // ClientGone is answered too: if it was the host that cancelled the request, because the worker stops or at functionTimeout, the
        // client is still there.
        return await polls.RunAsync(poll, answer, clientAborted) switch
        {
            PollOutcome.Delivered => TypedResults.Empty,
            PollOutcome.TimedOut => TypedResults.NoContent(),
            PollOutcome.HostStopping or PollOutcome.Erased or PollOutcome.ClientGone => PollAgain.Soon,
            PollOutcome.TooManyPolls => Problems.TooManyPolls(held.Limits),
            _ => Problems.StorageUnavailable(),
        };
    }
}
