using FuncComet.Bench.Deployments;

namespace FuncComet.Bench.Systems;

/// <summary>A function that holds a request, and nothing more: the lower bound of what a held poll can cost on the platform.</summary>
internal sealed class FloorHeldSystem(IDeployment deployment) : IPushSystem
{
    private readonly HttpClient _http = Http.CreateClient();

    public string Name => SystemNames.FloorHeld;

    public Task StartAsync(CancellationToken cancellationToken) => deployment.StartAsync(cancellationToken);

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) => new Client(_http, deployment.Api, firstTimeout);

    public Task PushAsync(string recipient, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Its requests end by themselves.");

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => Task.FromResult(Holding.Unknown);

    public Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) => Task.FromResult(new SystemState());

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return deployment.DisposeAsync();
    }

    private sealed class Client(HttpClient http, Uri api, TimeSpan firstTimeout) : IWaitingClient
    {
        private TimeSpan _time = firstTimeout;

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var hold = FormattableString.Invariant($"hold?seconds={Math.Max(1, (int)_time.TotalSeconds)}");
                _time = Http.LongestPoll;
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api, hold));
                using var answer = await Http.PollAsync(http, request, cancellationToken);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
