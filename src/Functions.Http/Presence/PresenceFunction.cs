using FuncComet.Doorbells;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Presence;

/// <summary><c>GET /api/presence</c>: tells whether polls of recipients wait, and when they last did.</summary>
public sealed class PresenceFunction(PresenceQuery presences)
{
    /// <summary>Answers 200 with what is known, or 503 if nothing is.</summary>
    [Function("Presence")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "presence")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, AskAsync));

    private async Task<IResult> AskAsync(RequestQuery query) =>
        query.TryGetRecipients(PresenceQuery.MaxRecipients, out var recipients, out var problem)
            ? PresenceAnswer.For(await presences.AskAsync(recipients))
            : problem;
}
