using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// Keeps mailboxes from growing beyond <see cref="MailboxOptions.MaxDepth"/> without a request to Storage at every
/// push. A mailbox's messages are counted after a number of pushes from this instance (a twentieth of the limit, or the
/// room that was left), and never before the first push.
/// </summary>
/// <remarks>
/// The count misses at most that twentieth, pushed before the first count. So the limit holds within 5 % on one
/// instance, and each further instance may add as much.
/// </remarks>
public sealed class MailboxDepths(IOptions<MailboxOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>A full mailbox is assumed to stay full for this long, so that a refusal costs no request.</summary>
    public static readonly TimeSpan RemainsFull = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    private int Step => Math.Max(1, options.Value.MaxDepth / 20);

    /// <summary>True if one more message may be sent; that message then counts as sent.</summary>
    public async Task<bool> HasRoomAsync(Recipient recipient, Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        var depth = _known.GetOrCreate(recipient, entry =>
        {
            entry.Size = 1;
            entry.SlidingExpiration = Forgotten;
            return new Depth(Step);
        })!;
        if (depth.TryTake())
        {
            return true;
        }

        await depth.Counting.WaitAsync();
        try
        {
            // Another push may have counted while this one waited.
            if (depth.TryTake())
            {
                return true;
            }

            if (depth.FullAt is { } fullAt && time.GetElapsedTime(fullAt) < RemainsFull)
            {
                return false;
            }

            var room = options.Value.MaxDepth - (await mailbox.CountAsync() ?? 0);
            depth.FullAt = room > 0 ? null : time.GetTimestamp();
            return room > 0 && depth.Allow(Math.Min(Step, room));
        }
        finally
        {
            depth.Counting.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();

    private sealed class Depth(long room)
    {
        private long _room = room;

        public SemaphoreSlim Counting { get; } = new(1);

        public long? FullAt { get; set; }

        public bool TryTake() => Interlocked.Decrement(ref _room) >= 0;

        /// <summary>Allows this many sends before the next count, and takes the first of them.</summary>
        public bool Allow(long sends)
        {
            Interlocked.Exchange(ref _room, sends - 1);
            return true;
        }
    }
}
