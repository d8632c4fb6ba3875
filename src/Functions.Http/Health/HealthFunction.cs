using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Health;

/// <summary><c>GET /api/health</c>: checks that the storage answers. Callers are anonymous, so the answer says nothing else.</summary>
public sealed class HealthFunction(StorageHealth storage)
{
    /// <summary>Answers 200 if the storage answers, else 503.</summary>
    [Function("Health")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health")] HttpRequest request) =>
        HttpFunction.AnswerAnonymouslyAsync(request, (HttpMethods.Get, _ => CheckAsync()));

    private async Task<IResult> CheckAsync()
    {
        await storage.CheckAsync();
        return TypedResults.Ok();
    }
}
