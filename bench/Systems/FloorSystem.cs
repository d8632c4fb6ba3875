using FuncComet.Bench.Deployments;

namespace FuncComet.Bench.Systems;

/// <summary>The limit that the platform sets: a push is one call of a function that answers at once.</summary>
internal sealed class FloorSystem(IDeployment deployment) : BareCalls
{
    private readonly HttpClient _http = Http.CreateClient();

    public override string Name => SystemNames.Floor;

    /// <summary>The call, relative to the address of an app's functions.</summary>
    public static HttpRequestMessage Call() => new(HttpMethod.Post, "answer") { Content = Http.Body() };

    public override Task StartAsync(CancellationToken cancellationToken) => deployment.StartAsync(cancellationToken);

    public override async Task PushAsync(string recipient, CancellationToken cancellationToken)
    {
        await Http.PostAsync(_http, new Uri(deployment.Api, "answer"), Http.Body(), cancellationToken);
        Deliver(recipient);
    }

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return deployment.DisposeAsync();
    }
}
