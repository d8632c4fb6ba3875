using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Offline;
using FuncComet.Recipients;
using FuncComet.Waiting;

namespace FuncComet.Pushing;

/// <summary>
/// Lets polls know of one copy of a push or, if nobody polls, the application. If its sender wants to know, tells whether a
/// poll waits. It does not ask Storage twice: a ring at another instance reads what is needed.
/// </summary>
/// <param name="rooms">The polls at this instance.</param>
/// <param name="ringer">Wakes polls.</param>
/// <param name="notes">Writes notes for the application.</param>
/// <param name="presences">Answers whether a poll waits if no ring is sent.</param>
/// <param name="longestPause">The longest pause between the looks of polls at other instances.</param>
/// <param name="isAsked">Whether the sender wants to know.</param>
internal sealed class CopyRing(
    WaitingRooms rooms, Ringer ringer, OfflineNotes notes, PresenceQuery presences, TimeSpan longestPause, bool isAsked)
{
    private static readonly Task<bool?> NotAsked = Task.FromResult<bool?>(null);
    private static readonly Task<bool?> Yes = Task.FromResult<bool?>(true);

    /// <summary>Whether a poll waits; null if the sender did not ask or Storage did not tell.</summary>
    public Task<bool?> IsWaiting { get; private set; } = NotAsked;

    /// <summary>A poll that waits here was handed the message, in lease mode with a lease.</summary>
    public void HandedOver(Recipient recipient, Mailbox mailbox, Message message, TimeSpan? lease)
    {
        IsWaiting = isAsked ? Yes : NotAsked;
        if (lease is { } hidden)
        {
            // A phone's connection can be dead without a word. Then nobody acknowledges the message.
            notes.Write(recipient, mailbox, message, hidden);
        }
    }

    /// <summary>The message is in the mailbox.</summary>
    public void Stored(Recipient recipient, Mailbox mailbox, Message message)
    {
        if (isAsked)
        {
            IsWaiting = ringer.RingAndTellAsync(recipient, mailbox, message);
        }
        else
        {
            // Most clients poll again at once, and then the poll here is the answer to the ring.
            ringer.Ring(recipient, mailbox, message, mayKeep: true);
        }
    }

    /// <summary>The message is in the mailbox, and becomes visible after this time.</summary>
    public void Delayed(Recipient recipient, Mailbox mailbox, Message message, TimeSpan delay)
    {
        rooms.Expect(recipient, delay);

        // Who polls now says nothing about who polls when the message can be delivered.
        notes.Write(recipient, mailbox, message, hidden: delay);
        if (delay < longestPause)
        {
            // A poll elsewhere that is in a long pause would come too late.
            IsWaiting = ringer.RingElsewhereAsync(recipient, mailbox, isAsked);
        }
        else if (isAsked)
        {
            IsWaiting = AskAsync(recipient);
        }
    }

    private async Task<bool?> AskAsync(Recipient recipient) => (await presences.AskAsync(recipient))?.IsWaiting;
}
