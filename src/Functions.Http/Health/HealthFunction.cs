using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Health;

/// <summary><c>GET /api/health</c>: 200 when the storage answers, else 503; never more than that to the anonymous.</summary>
public sealed class HealthFunction(StorageHealth storage)
{
    /// <summary>The function.</summary>
    [Function("Health")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, _ => CheckAsync()));

    private async Task<IResult> CheckAsync()
    {
        await storage.CheckAsync();
        return TypedResults.Ok();
    }
}
