namespace FuncComet.Doorbells;

/// <summary>How a push at one instance wakes a poll at another: <c>FuncComet__Doorbell__…</c>.</summary>
public sealed class DoorbellOptions
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Doorbell";

    /// <summary>
    /// Whether it does. Default: true. With false polls find what is pushed at other instances by looking alone, and look at least every 5 seconds unless
    /// <c>FuncComet__Backoff__Maximum</c> says otherwise.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The pause between two looks for notes of other instances, on an instance that holds polls: 50 milliseconds to 5 seconds, as hh:mm:ss.fff. Default: 200
    /// milliseconds. Each look is a request to Storage. After several notes the pause is shorter, by as many of them, down to a quarter.
    /// </summary>
    [TimeRange("00:00:00.050", "00:00:05")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(200);
}
