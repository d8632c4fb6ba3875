namespace FuncComet.Bench.Systems;

/// <summary>A system under test: clients hold polls at it, and a push answers one of them.</summary>
internal interface IPushSystem : IAsyncDisposable
{
    string Name { get; }

    /// <summary>How many clients it is asked to hold at the most, so that a saturated storage still answers.</summary>
    int MaxHeld => int.MaxValue;

    /// <summary>Returns when it serves.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>A client that waits for this recipient's messages.</summary>
    /// <param name="recipient">Letters, digits and hyphens.</param>
    /// <param name="firstTimeout">How long its first poll asks to be held, where the system lets a client say so; all later ones are as long as they may be.</param>
    IWaitingClient NewClient(string recipient, TimeSpan firstTimeout);

    /// <summary>Returns when the system has said that it has the message.</summary>
    Task PushAsync(string recipient, CancellationToken cancellationToken);

    /// <summary>How many clients it holds.</summary>
    Task<Holding> ReadHeldAsync(CancellationToken cancellationToken);

    /// <summary>How it stands; with <paramref name="collect"/> after a full collection, where it has a collector.</summary>
    Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken);
}

/// <summary>How many clients a system holds.</summary>
/// <param name="Clients">Null where it does not say.</param>
/// <param name="Looks">How often it has looked into mailboxes: a client that has just come waits for good when that has been done for it.</param>
internal sealed record Holding(int? Clients, long Looks = 0)
{
    public static readonly Holding Unknown = new(Clients: null);
}

/// <summary>One client: one poll after the other, never two at a time.</summary>
internal interface IWaitingClient : IAsyncDisposable
{
    /// <summary>Polls until a message has been read, through timeouts and refusals.</summary>
    Task PollAsync(CancellationToken cancellationToken);
}
