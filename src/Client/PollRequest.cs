namespace FuncComet.Client;

/// <summary>The parameters of one poll, for callers that write their own loop.</summary>
public sealed class PollRequest
{
    /// <summary>How long to wait for a message: whole seconds from 0 to 220 seconds. Default: 220 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(220);

    /// <summary>
    /// How long the messages stay hidden until they are acknowledged: whole seconds from 5 seconds to 1 hour. Default: null, which is plain
    /// mode: the messages are deleted once they are answered.
    /// </summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The most messages: 1 to 32. Default: 1.</summary>
    public int Max { get; init; } = 1;

    /// <summary>The receipts of 0 to 32 earlier messages, which the poll acknowledges before it waits. Expired ones are ignored.</summary>
    public IReadOnlyCollection<string> Acknowledges { get; init; } = [];
}
