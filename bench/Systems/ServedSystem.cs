namespace FuncComet.Bench.Systems;

/// <summary>A system that this program serves itself, in one or more child processes with the same environment variables.</summary>
internal class ServedSystem(string name, string kind, IReadOnlyDictionary<string, string> environment, int instances = 1) : IPushSystem
{
    private readonly List<ServedProcess> _children = [];
    private int _clients;

    public string Name => name;

    public int MaxHeld { get; init; } = int.MaxValue;

    /// <summary>True to send pushes to the first instance and polls to the others; otherwise the first instance holds polls too.</summary>
    public bool PushesElsewhere { get; init; }

    protected HttpClient Client { get; } = Http.CreateClient();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (_children.Count < instances)
        {
            _children.Add(await ServedProcess.StartAsync(kind, environment, cancellationToken));
        }
    }

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout)
    {
        var first = PushesElsewhere ? 1 : 0;
        return NewClient(_children[first + (_clients++ % (_children.Count - first))].Url, recipient, firstTimeout);
    }

    public Task PushAsync(string recipient, CancellationToken cancellationToken) =>
        Http.PostAsync(Client, FuncCometClient.PushOf(_children[0].Url, recipient), Http.Body(), cancellationToken);

    public async Task<Holding> ReadHeldAsync(CancellationToken cancellationToken)
    {
        var instances = await Task.WhenAll(_children.Select(child => child.ReadHeldAsync(cancellationToken)));
        return new Holding(instances.Sum(instance => instance.Clients), instances.Sum(instance => instance.Looks));
    }

    public async Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) =>
        SystemState.Sum(await Task.WhenAll(_children.Select(child => child.ReadStateAsync(collect, cancellationToken))));

    /// <summary>Reads the state of the instance that receives the pushes.</summary>
    public Task<SystemState> ReadPusherStateAsync(CancellationToken cancellationToken) =>
        _children[0].ReadStateAsync(collect: false, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var child in _children)
        {
            await child.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected virtual IWaitingClient NewClient(Uri server, string recipient, TimeSpan firstTimeout) =>
        new FuncCometClient(Client, new Uri(server, "/api/"), recipient, firstTimeout);
}
