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
    /// <summary>The function.</summary>
    [Function("Poll")]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "poll")] HttpRequest request,
        CancellationToken cancellationToken) =>
        HttpFunction.AnswerAsync(request, HttpMethods.Get, PollAsync, cancellationToken);

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

        return await poll.RunAsync(recipient, timeout, new HttpPollAnswer(request.HttpContext, clientGone), clientGone) switch
        {
            PollEnd.Delivered or PollEnd.ClientGone => TypedResults.Empty,
            PollEnd.TimedOut or PollEnd.HostStopping => TypedResults.NoContent(),
            _ => Problems.StorageUnavailable(),
        };
    }
}
