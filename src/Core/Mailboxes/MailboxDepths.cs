using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// Keeps mailboxes from growing beyond <see cref="MailboxOptions.MaxDepth"/> without a request to Storage at every
/// push. A mailbox's messages are counted before the first push from this instance, and then after a number of pushes:
/// a twentieth of the limit, or the room that was left. A full mailbox is counted at every push, so that it accepts
/// messages as soon as there is room. A refusal then costs the one request that the send would have cost.
/// </summary>
/// <remarks>
/// On one instance the limit is exact, unless pushes are under way during the count. Each further instance may add as
/// much as a twentieth.
/// </remarks>
public sealed class MailboxDepths(IOptions<MailboxOptions> options, TimeProvider time) : IRecipientMemory, IDisposable
{
    // What is forgotten is counted again.
    private readonly PassingMemory<Recipient, Depth> _known = new(time);

    private int Step => Math.Max(1, options.Value.MaxDepth / 20);

    /// <summary>True if one more message may be sent; that message then counts as sent.</summary>
    /// <param name="recipient">The mailbox's recipient.</param>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="isSeenEmpty">
    /// Whether a poll that waits here has seen no message. Then the first count is left out, so that a hand-over costs no
    /// request more.
    /// </param>
    public async Task<bool> HasRoomAsync(Recipient recipient, Mailbox mailbox, bool isSeenEmpty)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        var depth = _known.Of(recipient)?.Value ?? new Depth(isSeenEmpty ? Step : 0);
        _known.Remember(recipient, depth);
        if (depth.TryTake())
        {
            return true;
        }

        var begunBefore = depth.CountsBegun;
        await depth.Counting.WaitAsync();
        try
        {
            // Another push may have counted while this one waited. Only a count that began after this push came shows that there is no
            // room for it.
            if (depth.TryTake())
            {
                return true;
            }

            if (depth.FoundFullBy > begunBefore)
            {
                return false;
            }

            var number = ++depth.CountsBegun;
            var room = options.Value.MaxDepth - (await mailbox.CountAsync() ?? 0);
            if (room <= 0)
            {
                depth.FoundFullBy = number;
                return false;
            }

            depth.Allow(Math.Min(Step, room));
            return true;
        }
        finally
        {
            depth.Counting.Release();
        }
    }

    /// <summary>
    /// How many of <paramref name="wanted"/> messages may be sent now; those then count as sent. Zero if the mailbox is full. Fewer than
    /// wanted mean that the next count is due when they are sent.
    /// </summary>
    internal async Task<int> TakeRoomAsync(Recipient recipient, Mailbox mailbox, int wanted)
    {
        var taken = await HasRoomAsync(recipient, mailbox, isSeenEmpty: false) ? 1 : 0;
        while (taken > 0 && taken < wanted && _known.Of(recipient)?.Value.TryTake() == true)
        {
            taken++;
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Forget(Recipient recipient) => _known.Forget(recipient);

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();

    private sealed class Depth(long room)
    {
        private long _room = room;
        private int _countsBegun;

        public SemaphoreSlim Counting { get; } = new(1);

        /// <summary>How many counts have begun. Changed only by who counts.</summary>
        public int CountsBegun
        {
            get => Volatile.Read(ref _countsBegun);
            set => Volatile.Write(ref _countsBegun, value);
        }

        /// <summary>The number of the last count that found no room, from 1. Read and changed only by who counts.</summary>
        public int FoundFullBy { get; set; }

        public bool TryTake() => Interlocked.Decrement(ref _room) >= 0;

        /// <summary>Allows this many sends before the next count, and takes the first of them.</summary>
        public void Allow(long sends) => Interlocked.Exchange(ref _room, sends - 1);
    }
}
