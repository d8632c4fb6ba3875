using System.Diagnostics;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Pushing;

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
    internal static Activity? StartPush(ActivityContext parent, Message message, int recipients)
    {
        var activity = Start("push", ActivityKind.Producer, parent);
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.message.id", message.Id.ToString("N"));
        activity?.SetTag("messaging.batch.message_count", recipients);
        return activity;
    }

    /// <summary>The push's end: an error where a copy was not stored because Storage failed.</summary>
    internal static void Ended(Activity? push, IReadOnlyList<PushedCopy> copies)
    {
        if (copies.Any(copy => copy.Outcome == PushOutcome.StorageFailed))
        {
            push?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Begins a poll; null where nobody listens.</summary>
    internal static Activity? StartPoll(ActivityContext parent, Mailbox mailbox)
    {
        var activity = Start("poll", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.operation.type", "receive");
        activity?.SetTag("messaging.destination.name", mailbox.QueueName);
        return activity;
    }

    /// <summary>Links a poll to the pushes of what it has delivered.</summary>
    internal static void Delivered(Activity? poll, IReadOnlyList<LeasedMessage> messages)
    {
        if (poll is null)
        {
            return;
        }

        foreach (var message in messages)
        {
            if (ActivityContext.TryParse(message.Message.TraceParent, traceState: null, isRemote: true, out var push))
            {
                poll.AddLink(new ActivityLink(push));
            }
        }
    }

    /// <summary>The poll's end, whatever it is; only a storage that failed is an error.</summary>
    internal static void Ended(Activity? poll, PollOutcome end)
    {
        poll?.SetTag("funccomet.poll.outcome", end.Outcome());
        if (end == PollOutcome.StorageFailed)
        {
            poll?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>What a message takes along: its push's own activity, or, where nobody listens to that, what the push came with.</summary>
    internal static string? TraceParentOf(Activity? push, ActivityContext parent) =>
        push?.Id ?? (parent == default ? null : $"00-{parent.TraceId}-{parent.SpanId}-{(byte)parent.TraceFlags:x2}");

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        if (parent == default)
        {
            // What is current then is the server's own activity, which nobody exports and which was never sampled: below it this one would not be either.
            Activity.Current = null;
        }

        return Source.StartActivity(name, kind, parent);
    }
}
