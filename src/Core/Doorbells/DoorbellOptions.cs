namespace FuncComet.Doorbells;

/// <summary>How a push at one instance wakes a poll at another: <c>FuncComet__Doorbell__…</c>.</summary>
public sealed class DoorbellOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Doorbell";

    /// <summary>
    /// Whether a push at one instance wakes polls at another. Default: true. With false, polls find such messages only by looking, at least
    /// every 5 seconds unless <c>FuncComet__Backoff__Maximum</c> is set.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The pause between two looks for notes from other instances, while this instance holds polls: 50 milliseconds to 5 seconds, as
    /// hh:mm:ss.fff. Default: 200 milliseconds. Each look is a storage request. After a look that found several notes, the pause is divided
    /// by their number, but at most by four.
    /// </summary>
    [TimeRange("00:00:00.050", "00:00:05")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(200);
}
