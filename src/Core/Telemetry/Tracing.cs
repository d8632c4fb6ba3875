using System.Diagnostics;

namespace FuncComet.Telemetry;

/// <summary>
/// One activity for each push and one for each poll, of the source <c>FuncComet</c>. The push's trace parent travels with the message, and the poll
/// that delivers it links to it: a poll is no child of a push, and may deliver those of several.
/// </summary>
/// <remarks>Names of attributes are those of OpenTelemetry's messaging conventions. None has a recipient's name: the queue's stands for it.</remarks>
public static class Tracing
{
    /// <summary>The activity source's name.</summary>
    public const string SourceName = "FuncComet";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a push; null where nobody listens.</summary>
    internal static Activity? StartPush(ActivityContext parent, Guid messageId, int recipients)
    {
        var activity = Start("push", ActivityKind.Producer, parent);
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.message.id", messageId.ToString("N"));
        activity?.SetTag("messaging.batch.message_count", recipients);
        return activity;
    }

    /// <summary>The push or poll ended by a fault: Storage failed.</summary>
    internal static void Failed(Activity? activity) => activity?.SetStatus(ActivityStatusCode.Error);

    /// <summary>Begins a poll; null where nobody listens.</summary>
    internal static Activity? StartPoll(ActivityContext parent, string queueName)
    {
        var activity = Start("poll", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.operation.type", "receive");
        activity?.SetTag("messaging.destination.name", queueName);
        return activity;
    }

    /// <summary>Links a poll to the pushes of what it has delivered, by the trace parents that the messages brought along.</summary>
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

    /// <summary>How the poll ended.</summary>
    internal static void Ended(Activity? poll, string outcome) => poll?.SetTag("funccomet.poll.outcome", outcome);

    /// <summary>The trace parent that a message brings along: its push's own activity or, where nobody listens to that, the one that the push came with.</summary>
    internal static string? TraceParentOf(Activity? push, ActivityContext parent) =>
        push?.Id ?? (parent == default ? null : $"00-{parent.TraceId}-{parent.SpanId}-{(byte)parent.TraceFlags:x2}");

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        if (parent == default)
        {
            // The current activity is then the server's own, which was never sampled, so a child of it would not be either.
            Activity.Current = null;
        }

        return Source.StartActivity(name, kind, parent);
    }
}
