using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.FloorApp;

/// <summary><c>GET /api/hold?seconds=N</c>: answers 204 after N seconds. What a held request costs on the platform.</summary>
public sealed class HoldFunction
{
    [Function("Hold")]
    public async Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hold")] HttpRequest request)
    {
        var time = TimeSpan.FromSeconds(int.Parse(request.Query["seconds"]!, CultureInfo.InvariantCulture));

        // A client that leaves ends the wait too. Nobody reads that answer.
        await Task.Delay(time, request.HttpContext.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return TypedResults.NoContent();
    }
}
