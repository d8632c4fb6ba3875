namespace FuncComet.Client;

/// <summary>One poll, for those who write their own loop.</summary>
public sealed class PollRequest
{
    /// <summary>How long to wait for a message: whole seconds, 0 to 220 seconds. Default: the longest.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(220);

    /// <summary>How long the messages stay hidden until they are acknowledged: whole seconds from 5 seconds to 1 hour. Null, the default, is plain mode: they are deleted once answered.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The most messages: 1 to 32. Default: 1.</summary>
    public int Max { get; init; } = 1;

    /// <summary>Receipts of up to 32 earlier messages, acknowledged before waiting. Those that come too late are passed over.</summary>
    public IReadOnlyCollection<string> Acknowledges { get; init; } = [];
}
