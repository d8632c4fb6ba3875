using FuncComet.Client.Connection;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Keeps a batch from other readers while the caller handles its messages. When half of the lease is over, it renews the leases of all
/// messages that are still to be handled, together with those that are handled and not acknowledged yet. A renewal replaces the receipts.
/// So while one is not answered, nothing of it is acknowledged or released. If its answer is lost, nobody may have the new receipts: the
/// old ones are used all the same, and messages may come again when their leases end.
/// </summary>
internal sealed partial class LeaseKeeper : IDisposable
{
    // The app answers within this time, even if its storage does not. Giving up on an answer too early causes a second delivery, so wait
    // this long even if no time is left for another attempt.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // With less time left, another attempt comes too late.
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly string _recipient;
    private readonly LeasedBatch _batch;
    private readonly LeaseRequests _requests;
    private readonly RenewalSupport _support;
    private readonly FuncCometClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _keeping;

    public LeaseKeeper(
        string recipient,
        PolledBatch batch,
        TimeSpan lease,
        LeaseRequests requests,
        RenewalSupport support,
        FuncCometClientOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_recipient, _requests, _support) = (recipient, requests, support);
        (_options, _time, _logger) = (options, time, logger);
        _batch = new LeasedBatch(batch, lease, options.Lease, time);
        foreach (var message in batch.Messages)
        {
            message.Release = ReleaseAsync;
        }

        _keeping = KeepAsync(batch.Arrived);
    }

    public LeasedBatch Batch => _batch;

    /// <summary>
    /// Whether the message may be handed to the caller, because its lease has time left, or has again after the renewal that is under way.
    /// If not, it is given up.
    /// </summary>
    public async ValueTask<bool> MayHandOutAsync(CometMessage message, CancellationToken cancellationToken)
    {
        while (!_batch.IsUsable(message))
        {
            if (_batch.TryGiveUp(message))
            {
                return false;
            }

            await _batch.RenewedAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Begins no more renewals, and returns when the one under way is answered or its answer counts as lost.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins no more renewals, and aborts the one under way if it is not answered within this time.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience, _time);
        using var aborting = late.Token.Register(_abort.Cancel);
        await SettleAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Call it when the keeping is settled or ended. The messages can be released all the same.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _abort.Dispose();
    }

    private async Task ReleaseAsync(CometMessage message, TimeSpan after, CancellationToken cancellationToken)
    {
        if (!_batch.TryAbandon(message))
        {
            throw new InvalidOperationException("The message counts as handled, because the next one has been asked for.");
        }

        await _batch.RenewedAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await _requests.ReleaseAsync(_recipient, [message.Receipt!], after, cancellationToken).ConfigureAwait(false);
    }

    private async Task KeepAsync(long began)
    {
        var goesOn = _options.RenewFor > TimeSpan.Zero;
        var lease = _batch.FirstLease;
        while (goesOn && await PauseAsync(lease / 2 - _time.GetElapsedTime(began)).ConfigureAwait(false) && !IsOver)
        {
            (lease, began) = (_options.Lease, _time.GetTimestamp());
            goesOn = await RenewAsync(began).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Renews all open leases, with more attempts as long as they have time left. Returns false if later renewals of this batch would fail
    /// too.
    /// </summary>
    private async Task<bool> RenewAsync(long began)
    {
        var backoff = new Backoff(Random.Shared);
        while (true)
        {
            var failure = await TryRenewAsync(began).ConfigureAwait(false);
            var (count, left) = _batch.Rest(began);
            if (failure is null || count == 0 || _stop.IsCancellationRequested)
            {
                return true;
            }

            if (failure is not FuncCometException error || !_support.MayPass(error))
            {
                return Report(failure, count);
            }

            if (left < ShortestRest || IsOver)
            {
                // The next round tries again: a lease that is over can still be renewed if no other reader has taken the message.
                Log.LeasesEnd(_logger, count, error.Message);
                return true;
            }

            // A Retry-After that is longer than what is left cannot be kept.
            var pause = backoff.Next() + (error.RetryAfter ?? TimeSpan.Zero);
            pause = pause < left / 2 ? pause : left / 2;
            Log.RenewalFailed(_logger, count, pause, error.Message);
            if (!await PauseAsync(pause).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <summary>Makes one attempt, with as many requests as the receipts need. Returns why it failed; null if it did not.</summary>
    private async Task<Exception?> TryRenewAsync(long began)
    {
        var limit = LimitOf(_batch.Rest(began).Left);
        var receipts = _batch.BeginRenewal(began);
        try
        {
            while (receipts.Count > 0)
            {
                var sent = _time.GetTimestamp();
                var answer = await _requests.RenewOnceAsync(_recipient, receipts, _options.Lease, limit, _abort.Token)
                    .ConfigureAwait(false);
                _batch.Apply(answer, sent);
                if (answer.Expired.Count > 0)
                {
                    Log.LeasesWereOver(_logger, answer.Expired.Count);
                }

                if (answer.Failure is not null)
                {
                    return answer.Failure;
                }

                _support.Succeeded();
            }

            return null;
        }
        catch (Exception ex)
        {
            // Catch everything, TokenProvider's exceptions included: the next poll meets them too, and tells the caller.
            return ex;
        }
        finally
        {
            _batch.EndRenewal();
        }
    }

    private bool IsOver => _batch.Age >= _options.RenewFor;

    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, _stop.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }

    // Half of what is left, so that another attempt is possible, but not less than patience demands.
    private static TimeSpan LimitOf(TimeSpan left)
    {
        var patient = Math.Max(left.Ticks / 2, Patience.Ticks);
        return new TimeSpan(Math.Clamp(Math.Min(left.Ticks, patient), ShortestRest.Ticks, FunctionApp.RequestLimit.Ticks));
    }

    /// <summary>Logs an error that will not pass within the lease. Returns whether it may have passed by the next round.</summary>
    private bool Report(Exception failure, int count)
    {
        if (failure is not FuncCometException error || !_support.IsMissing(error))
        {
            Log.LeasesEnd(_logger, count, failure.Message);
            return false;
        }

        if (_support.IsFirstReport())
        {
            Log.AppIsOlder(_logger, error.Message);
        }

        return true;
    }

    // Recipients are not logged, because they may be e-mail addresses.
    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Warning, "{Count} leases could not be renewed, the next attempt follows in {Pause}: {Reason}")]
        public static partial void RenewalFailed(ILogger logger, int count, TimeSpan pause, string reason);

        [LoggerMessage(8, LogLevel.Warning, "{Count} leases are not renewed, and their messages may come again: {Reason}")]
        public static partial void LeasesEnd(ILogger logger, int count, string reason);

        [LoggerMessage(9, LogLevel.Warning, "The app does not renew leases, so a handler has to end within its message's lease: {Reason}")]
        public static partial void AppIsOlder(ILogger logger, string reason);

        [LoggerMessage(
            10,
            LogLevel.Warning,
            "{Count} leases could not be renewed, because they were over, their messages are gone, or the answer to an earlier renewal was "
            + "lost. These messages may come again")]
        public static partial void LeasesWereOver(ILogger logger, int count);
    }
}
