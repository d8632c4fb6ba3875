using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Waiting;

namespace FuncComet.Pushing;

/// <summary>
/// Lets polls know of one copy of a push and, if its sender wants to know, tells whether a poll waits. It does not ask
/// Storage twice: a ring at another instance reads what is needed.
/// </summary>
/// <param name="rooms">The polls at this instance.</param>
/// <param name="ringer">Wakes polls.</param>
/// <param name="presences">Tells of polls where nothing is rung.</param>
/// <param name="longestPause">The longest pause between the looks of polls at other instances.</param>
/// <param name="isAsked">Whether the sender wants to know.</param>
internal sealed class CopyRing(WaitingRooms rooms, Ringer ringer, PresenceQuery presences, TimeSpan longestPause, bool isAsked)
{
    private static readonly Task<bool?> NotAsked = Task.FromResult<bool?>(null);
    private static readonly Task<bool?> Yes = Task.FromResult<bool?>(true);

    /// <summary>Whether a poll waits; null if the sender did not ask or Storage did not tell.</summary>
    public Task<bool?> IsWaiting { get; private set; } = NotAsked;

    /// <summary>A poll that waits here was handed the message.</summary>
    public void HandedOver() => IsWaiting = isAsked ? Yes : NotAsked;

    /// <summary>The message is in the mailbox.</summary>
    public void Stored(Recipient recipient, Mailbox mailbox)
    {
        if (isAsked)
        {
            IsWaiting = ringer.RingAndTellAsync(recipient, mailbox);
        }
        else
        {
            ringer.Ring(recipient, mailbox);
        }
    }

    /// <summary>The message is in the mailbox, and becomes visible after this time.</summary>
    public void Delayed(Recipient recipient, Mailbox mailbox, TimeSpan delay)
    {
        rooms.Expect(recipient, delay);
        if (delay < longestPause)
        {
            // A poll elsewhere that is in a long pause would come too late.
            var waits = ringer.RingElsewhereAsync(recipient, mailbox, isAsked);
            IsWaiting = isAsked ? waits : NotAsked;
        }
        else if (isAsked)
        {
            IsWaiting = AskAsync(recipient);
        }
    }

    private async Task<bool?> AskAsync(Recipient recipient) => (await presences.AskAsync(recipient))?.IsWaiting;
}
