using System.Diagnostics;

namespace FuncComet.Telemetry;

/// <summary>
/// One activity for each push and each poll, of the source <c>FuncComet</c>. The push's trace parent travels with the
/// message, and the poll that delivers the message links to it. A poll is no child of a push, since it may deliver
/// messages of several pushes.
/// </summary>
/// <remarks>
/// Attributes have the names of OpenTelemetry's messaging conventions. The queue's name stands for the recipient's,
/// which no attribute holds.
/// </remarks>
public static class Tracing
{
    /// <summary>The activity source's name.</summary>
    public const string SourceName = "FuncComet";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a push; null if there is no listener.</summary>
    internal static Activity? StartPush(ActivityContext parent, Guid messageId, int recipients)
    {
        var activity = Start("push", ActivityKind.Producer, parent);
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.message.id", messageId.ToString("N"));
        activity?.SetTag("messaging.batch.message_count", recipients);
        return activity;
    }

    /// <summary>Marks the push or poll as failed because of Storage.</summary>
    internal static void Failed(Activity? activity) => activity?.SetStatus(ActivityStatusCode.Error);

    /// <summary>Begins a poll; null if there is no listener.</summary>
    internal static Activity? StartPoll(ActivityContext parent, string queueName)
    {
        var activity = Start("poll", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.operation.type", "receive");
        activity?.SetTag("messaging.destination.name", queueName);
        return activity;
    }

    /// <summary>Links a poll to the pushes of the messages that it delivered, by the messages' trace parents.</summary>
    internal static void Delivered(Activity? poll, IEnumerable<string?> traceParents)
    {
        if (poll is null)
        {
            return;
        }

        foreach (var traceParent in traceParents)
        {
            if (ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var push))
            {
                poll.AddLink(new ActivityLink(push));
            }
        }
    }

    /// <summary>Records how the poll ended.</summary>
    internal static void Ended(Activity? poll, string outcome) => poll?.SetTag("funccomet.poll.outcome", outcome);

    /// <summary>
    /// The trace parent for a message: its push's activity or, if nothing listens to that, the context that the push came with.
    /// </summary>
    internal static string? TraceParentOf(Activity? push, ActivityContext parent) =>
        push?.Id ?? (parent == default ? null : $"00-{parent.TraceId}-{parent.SpanId}-{(byte)parent.TraceFlags:x2}");

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        if (parent == default)
        {
            // Otherwise, the current activity would be the server's own. It was never sampled, so its children would
            // not be either.
            Activity.Current = null;
        }

        return Source.StartActivity(name, kind, parent);
    }
}
