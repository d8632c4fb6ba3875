using System.Net;
using FuncComet.Client.Connection;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Polls for one recipient until there are messages. A poll that brings none ends in one of four ways: (1) Its time is over: the next
/// follows at once, or after a share of the time that the app asks for. (2) It failed in a way that passes: the next follows after a pause.
/// (3) Its receipts were refused: they are dropped, and their messages come again. (4) It was refused: reading ends.
/// </summary>
internal sealed partial class PersistentPoll(
    Mailbox mailbox,
    string recipient,
    PollLimit limit,
    FuncCometClientOptions options,
    TimeProvider time,
    ILogger logger)
{
    // An instance that shuts down answers 204 at once, and the next poll reaches another instance. Back off only if it happens again.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(500);

    // A poll that is cut off after this time had reached the app. Polls this long are no burden, however often they are cut.
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(5);

    // Where a message may be lost on its way, it comes again within this time. While it is handled, its lease is renewed.
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(15);

    private readonly Backoff _backoff = new(Random.Shared);
    private readonly RefusalPatience _patience = new(time);
    private int _early;

    /// <summary>The receipts that the next poll acknowledges: at most one batch's.</summary>
    public List<string> Receipts { get; } = [];

    /// <summary>The most messages that the next poll takes.</summary>
    public int Max { get; set; } = 1;

    /// <summary>The lease that the last poll asked for.</summary>
    public TimeSpan Lease { get; private set; } = options.Lease;

    public async Task<PolledBatch> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = TimeSpan.Zero;
            var began = time.GetTimestamp();
            try
            {
                var batch = await PollAsync(cancellationToken).ConfigureAwait(false);
                Receipts.Clear();
                _patience.Succeeded();
                if (batch.Messages.Count > 0)
                {
                    _backoff.Reset();
                    _early = 0;
                    return batch;
                }

                pause = PauseAfterNothing(batch, time.GetElapsedTime(began));
            }
            catch (FuncCometException ex) when (Receipts.Count > 0 && IsOfReceipts(ex))
            {
                Log.ReceiptsRefused(logger, Receipts.Count, ex.Message);
                Receipts.Clear();
                Max = 1;
            }
            catch (FuncCometException ex) when (ex.IsTransient || _patience.Bears(ex))
            {
                if (!IsOfApp(ex) && time.GetElapsedTime(began) >= Held)
                {
                    _backoff.Reset();
                }

                pause = _backoff.Next() + (ex.RetryAfter ?? TimeSpan.Zero);
                Log.PollFailed(logger, pause, ex.Message);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PolledBatch> PollAsync(CancellationToken cancellationToken)
    {
        var poll = limit.Begin(mailbox.Shorten(options.PollTimeout));
        Lease = poll.HasShortLease && options.RenewFor > TimeSpan.Zero && options.Lease > ShortLease ? ShortLease : options.Lease;
        var request = new PollRequest { Timeout = poll.Wait, Lease = Lease, Max = Max, Acknowledges = Receipts };
        try
        {
            var batch = await mailbox.PollAsync(recipient, request, cancellationToken).ConfigureAwait(false);
            limit.Answered(poll, batch.Held);
            return batch;
        }
        catch (FuncCometException ex) when (ex.Held is { } held)
        {
            // An acknowledgement that goes before the poll, because it does not fit in it, counts alike: it meets the same limit.
            if (IsOfApp(ex))
            {
                limit.Answered(poll, held);
            }
            else
            {
                limit.Interrupted(poll, held);
            }

            throw;
        }
        finally
        {
            limit.End(poll);
        }
    }

    private TimeSpan PauseAfterNothing(PolledBatch batch, TimeSpan held)
    {
        var pause = TimeSpan.Zero;
        if (batch.RetryAfter is { } spread)
        {
            pause = _backoff.ShareOf(spread);
            Log.PollsSpread(logger, pause, spread);
        }

        _early = held < Early ? _early + 1 : 0;
        if (_early <= 1)
        {
            _backoff.Reset();
            return pause;
        }

        pause += _backoff.Next();
        Log.AnswersEarly(logger, pause);
        return pause;
    }

    // An instance of another version may not know the receipts' form; a proxy may refuse a query that is long because of them.
    private static bool IsOfReceipts(FuncCometException error) =>
        error is { Status: HttpStatusCode.BadRequest, Parameter: "ack" or "receipt" or "query" }
            or { Status: HttpStatusCode.RequestUriTooLong };

    // Whether the app answered. What a client sees when an instance or its worker ends, or when a proxy gives up, is no answer of the app.
    private static bool IsOfApp(FuncCometException error) =>
        error.Status is not null && error.Code != FuncCometException.UnexpectedAnswer;

    // Recipients are not logged, because they may be e-mail addresses.
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A poll failed, the next one follows in {Pause}: {Reason}")]
        public static partial void PollFailed(ILogger logger, TimeSpan pause, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Polls are answered 204 too early, the next one follows in {Pause}")]
        public static partial void AnswersEarly(ILogger logger, TimeSpan pause);

        [LoggerMessage(6, LogLevel.Debug, "An instance stops, the next poll follows in {Pause}, a share of {Spread}")]
        public static partial void PollsSpread(ILogger logger, TimeSpan pause, TimeSpan spread);

        [LoggerMessage(5, LogLevel.Warning, "{Count} receipts were refused, and their messages come again: {Reason}")]
        public static partial void ReceiptsRefused(ILogger logger, int count, string reason);
    }
}
