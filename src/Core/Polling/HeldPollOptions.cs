namespace FuncComet.Polling;

/// <summary>How many polls an instance holds: <c>FuncComet__Limits__…</c>.</summary>
public sealed class HeldPollOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Limits";

    /// <summary>
    /// The maximum number of polls that this instance holds at once: 1 to 100,000. Default: 5,000. Set it to about 95 %
    /// of the requests that the platform allows an instance (perInstanceConcurrency), so that pushes and
    /// acknowledgements get the rest.
    /// </summary>
    [NumberRange(1, 100_000)]
    public int MaxHeldPolls { get; set; } = 5_000;

    /// <summary>The maximum number of polls of one recipient that this instance holds at once: 1 to 100,000. Default: 100.</summary>
    [NumberRange(1, 100_000)]
    public int MaxHeldPollsPerRecipient { get; set; } = 100;
}
