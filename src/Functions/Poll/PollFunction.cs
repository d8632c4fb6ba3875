using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Poll;

/// <summary><c>GET /api/poll</c>: holds the request until a message for the recipient can be answered.</summary>
public sealed class PollFunction(LongPoll poll, PollTimeouts timeouts)
{
    /// <summary>
    /// The function. Its token fires when the client leaves and, alone, when the host calls the request off (functionTimeout, a worker that is
    /// drained); RequestAborted fires when the client leaves and, alone, at the limit of the host's proxy.
    /// </summary>
    [Function("Poll")]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "poll")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var clientGone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.HttpContext.RequestAborted);
        await HttpFunction.AnswerAsync(request, (HttpMethods.Get, query => PollAsync(request, query, clientGone.Token)));
    }

    private async Task<IResult> PollAsync(HttpRequest request, RequestQuery query, CancellationToken clientGone)
    {
        if (!query.TryRefuse(["lease", "max", "ack"], out var problem)
            || !query.TryGetRecipient(out var recipient, out problem)
            || !timeouts.TryRead(request, query, out var timeout, out var preference, out problem))
        {
            return problem;
        }

        if (preference is { } seconds)
        {
            request.HttpContext.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
        }

        // A client that seems to have left and has not, because the host called the request off, is told to poll again.
        return await poll.RunAsync(recipient, timeout, new HttpPollAnswer(request.HttpContext, clientGone), clientGone) switch
        {
            PollEnd.Delivered => TypedResults.Empty,
            PollEnd.TimedOut or PollEnd.HostStopping or PollEnd.ClientGone => TypedResults.NoContent(),
            _ => Problems.StorageUnavailable(),
        };
    }
}
