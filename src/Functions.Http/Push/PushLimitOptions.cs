using FuncComet.Polling;

namespace FuncComet.Functions.Push;

/// <summary>How many pushes an instance takes: <c>FuncComet__Limits__…</c>, beside the limits on polls.</summary>
public sealed class PushLimitOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = HeldPollOptions.SectionName;

    private const int Most = 1_000_000;

    /// <summary>
    /// The maximum number of requests to push that this instance takes in a minute: 1 to 1,000,000, or 0 for no limit. Default: 0.
    /// </summary>
    [NumberRange(0, Most)]
    public int PushesPerMinute { get; set; }

    /// <summary>
    /// The maximum number of messages to one recipient that this instance takes in a minute: 1 to 1,000,000, or 0 for no limit. Default: 0.
    /// </summary>
    [NumberRange(0, Most)]
    public int PushesPerMinutePerRecipient { get; set; }
}
