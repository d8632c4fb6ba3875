namespace FuncComet.Bench.Systems;

/// <summary>A measured system: it holds polls of clients, and a push answers one of them.</summary>
internal interface IPushSystem : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The number of clients that the bench lets it hold at most; more would saturate its storage.</summary>
    int MaxHeld => int.MaxValue;

    /// <summary>Starts the system and returns when it serves.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Creates a client that waits for this recipient's messages.</summary>
    /// <param name="recipient">Letters, digits and hyphens.</param>
    /// <param name="firstTimeout">
    /// The timeout of its first poll, if the system lets clients choose one. All later polls have the longest timeout.
    /// </param>
    IWaitingClient NewClient(string recipient, TimeSpan firstTimeout);

    /// <summary>Pushes a message and returns when the system has confirmed it.</summary>
    Task PushAsync(string recipient, CancellationToken cancellationToken);

    /// <summary>Asks how many clients the system holds.</summary>
    Task<Holding> ReadHeldAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads the system's state, after a full garbage collection if <paramref name="collect"/> is set and the system has one.
    /// </summary>
    Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken);
}

/// <summary>How many clients a system holds.</summary>
/// <param name="Clients">The number of clients; null if the system does not tell.</param>
/// <param name="Looks">The number of looks into mailboxes so far. A new client really waits only after the first look for it.</param>
internal sealed record Holding(int? Clients, long Looks = 0)
{
    public static readonly Holding Unknown = new(Clients: null);
}

/// <summary>A client that holds at most one poll at a time.</summary>
internal interface IWaitingClient : IAsyncDisposable
{
    /// <summary>Polls until a message has been read, and polls again after timeouts and refusals.</summary>
    Task PollAsync(CancellationToken cancellationToken);
}
