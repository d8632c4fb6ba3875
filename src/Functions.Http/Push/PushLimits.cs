using System.Threading.RateLimiting;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Push;

/// <summary>
/// The rates at which this instance takes pushes: in all, and to one recipient. A limit is a bucket of tokens, one for each push. It holds
/// as many as a minute allows, and is refilled evenly.
/// </summary>
/// <remarks>
/// A recipient's bucket exists from a push until 10 seconds after it is full again: a <see cref="PartitionedRateLimiter{TResource}"/>
/// removes it then. An empty bucket is full after a minute, so no recipient is remembered for longer than 70 seconds or so after the last
/// push.
/// </remarks>
public sealed class PushLimits : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FuncCometMetrics _metrics;

    // Null if there is no limit.
    private readonly TokenBucketRateLimiter? _requests;
    private readonly PartitionedRateLimiter<Recipient>? _messages;

    /// <summary>Creates full buckets.</summary>
    public PushLimits(IOptions<PushLimitOptions> options, FuncCometMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(options);
        _metrics = metrics;
        Options = options.Value;
        _requests = Options.PushesPerMinute > 0 ? new TokenBucketRateLimiter(Bucket(Options.PushesPerMinute)) : null;
        _messages = Options.PushesPerMinutePerRecipient is > 0 and var perMinute
            ? PartitionedRateLimiter.Create<Recipient, Recipient>(
                recipient => RateLimitPartition.GetTokenBucketLimiter(recipient, _ => Bucket(perMinute)))
            : null;
    }

    /// <summary>The limits.</summary>
    internal PushLimitOptions Options { get; }

    /// <summary>Counts a request to push. Returns how long it must wait if this instance takes no more of them now, else null.</summary>
    internal TimeSpan? RefuseRequest()
    {
        if (_requests is null)
        {
            return null;
        }

        // Adds what is due since the last call, so that the bucket needs no timer.
        _requests.TryReplenish();
        using var lease = _requests.AttemptAcquire();
        return Wait(lease, "instance");
    }

    /// <summary>
    /// Counts a message to a recipient. Returns how long it must wait if this instance takes no more of them now, else null.
    /// </summary>
    internal TimeSpan? RefuseMessage(Recipient recipient)
    {
        using var lease = _messages?.AttemptAcquire(recipient);
        return lease is null ? null : Wait(lease, "recipient");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests?.Dispose();
        _messages?.Dispose();
    }

    private static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = Minute / perMinute,
        QueueLimit = 0,
        AutoReplenishment = false,
    };

    private TimeSpan? Wait(RateLimitLease lease, string limit)
    {
        if (lease.IsAcquired)
        {
            return null;
        }

        _metrics.PushLimited(limit);
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Minute;
    }
}
