namespace FuncComet.Telemetry;

/// <summary>What is logged of each message: <c>FuncComet__Log__…</c>.</summary>
public sealed class MessageLogOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Log";

    /// <summary>Whether each step of a message is logged. Default: false.</summary>
    public bool Messages { get; set; }

    /// <summary>The share of the messages that are logged, each with all of its steps: more than 0, up to 1. Default: 1.</summary>
    [NumberRange(0.0, 1.0, MinimumIsExclusive = true)]
    public double MessagesShare { get; set; } = 1;
}
