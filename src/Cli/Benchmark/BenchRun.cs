using System.Collections.Concurrent;
using FuncComet.Client;

namespace FuncComet.Cli.Benchmark;

/// <summary>
/// Measures a deployment in five steps: start the polls; push a first message to each recipient, which opens connection and mailbox; push
/// at the rate for the measured time; wait for what is on its way; erase the mailboxes. The rate does not wait for answers, because a slow
/// app would then be measured at a lower load.
/// </summary>
internal sealed class BenchRun(
    BenchPlan plan,
    FuncCometClient server,
    FuncCometClient reader,
    FuncCometAdministration administration,
    BenchLedger ledger,
    TimeProvider time,
    Action<string> show)
{
    private const int MaxPushesInFlight = 1_000;
    private const int RecipientsOfOnePush = 50;
    private const int ErasuresInFlight = 8;
    private const int ErasureAttempts = 3;

    // Mailboxes in a row that could not be erased. Thousands of others would take hours, one limit of a request after the other.
    private const int FailedErasuresThatEndErasing = 3 * ErasuresInFlight;

    // New polls a second, so that the app is not measured while it accepts a thousand connections in one moment.
    private const double PollsPerSecond = 200;

    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseBetweenErasures = TimeSpan.FromSeconds(2);

    // An app that does not keep up with the rate is pushed all messages late, but not for hours.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    // A message whose answer was lost comes again when its lease ends.
    private static readonly TimeSpan LongestRest = BenchPlan.Lease + TimeSpan.FromSeconds(15);

    // After Ctrl-C: what is on its way, so that the report does not call it lost.
    private static readonly TimeSpan RestAfterInterruption = TimeSpan.FromSeconds(5);

    private readonly List<Task> _polls = [];

    private long _began;
    private int _failedErasures;

    /// <summary>The mailboxes that are still there.</summary>
    public IReadOnlyCollection<string> Kept { get; private set; } = [];

    /// <summary>How long messages were pushed.</summary>
    public TimeSpan Measured { get; private set; }

    /// <summary>How long messages were received, from the first push on.</summary>
    public TimeSpan Receiving { get; private set; }

    /// <param name="cancellationToken">Ends the measured time early. What has begun is cleaned up all the same.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var reading = new CancellationTokenSource();
        try
        {
            await OpenAsync(reading.Token, cancellationToken);
            await MeasureAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The report tells what was measured until now.
        }
        finally
        {
            await RestAsync(cancellationToken);
            await reading.CancelAsync();
            try
            {
                await Task.WhenAll(_polls);
            }
            finally
            {
                Kept = plan.KeepsMailboxes ? plan.Recipients : await EraseAsync();
            }
        }
    }

    private async Task OpenAsync(CancellationToken endOfReading, CancellationToken cancellationToken)
    {
        var opened = new List<Task>();
        foreach (var recipient in plan.Recipients)
        {
            var poll = new BenchReader(reader, recipient, ledger, time);
            opened.Add(poll.Opened);
            _polls.Add(poll.RunAsync(endOfReading));
            show($"{_polls.Count} of {plan.Clients} polls started …");
            await Task.Delay(TimeSpan.FromSeconds(1 / PollsPerSecond), time, cancellationToken);
        }

        foreach (var recipients in plan.Recipients.Chunk(RecipientsOfOnePush))
        {
            await server.PushAsync(recipients, new OutgoingMessage("open"), cancellationToken);
        }

        show("Waiting for the first message of each client …");
        try
        {
            await Task.WhenAll(opened).WaitAsync(LongestOpening, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            ledger.Fail("client without its first message", opened.Count(task => !task.IsCompleted));
        }
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(MaxPushesInFlight);
        var pushes = new HashSet<Task>();
        var longest = (2 * plan.Duration) + LongestDelay;
        var began = _began = time.GetTimestamp();
        try
        {
            for (var number = 0L; ; number++)
            {
                var due = TimeSpan.FromSeconds(number / plan.Rate);
                if (due >= plan.Duration || time.GetElapsedTime(began) >= longest)
                {
                    break;
                }

                if (due - time.GetElapsedTime(began) is { } early && early > TimeSpan.FromMilliseconds(1))
                {
                    show($"{ledger.Pushed} pushed, {ledger.Received} received, {ledger.Errors.Values.Sum()} errors …");
                    await Task.Delay(early, time, cancellationToken);
                }

                await places.WaitAsync(cancellationToken);
                if (pushes.Count >= 2 * MaxPushesInFlight)
                {
                    pushes.RemoveWhere(push => push.IsCompletedSuccessfully);
                }

                pushes.Add(PushAsync(number, places));
            }
        }
        finally
        {
            Measured = time.GetElapsedTime(began);
            await Task.WhenAll(pushes);
        }
    }

    private async Task PushAsync(long number, SemaphoreSlim places)
    {
        try
        {
            // One attempt: a second one would hide an error, and its copy would count as a repeat.
            var message = new OutgoingMessage(ledger.Begin(number, plan.Size)) { ContentType = "text/plain", Attempts = 1 };
            var recipient = plan.Recipients[(int)(number % plan.Clients)];
            ledger.Accept(await server.PushAsync(recipient, message));
        }
        catch (FuncCometException ex)
        {
            ledger.Fail("push", ex);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (ledger.Missing is > 0 and var missing
            && time.GetElapsedTime(began) < (cancellationToken.IsCancellationRequested ? RestAfterInterruption : LongestRest))
        {
            show($"Waiting for {missing} messages …");
            await Task.Delay(Step, time, CancellationToken.None);
        }

        Receiving = ledger.LastArrivalAfter(_began);
    }

    // Not cancelled by Ctrl-C: a mailbox that is left costs storage. A second Ctrl-C ends the process.
    private async Task<IReadOnlyCollection<string>> EraseAsync()
    {
        var kept = new ConcurrentBag<string>();
        var erased = 0;
        await Parallel.ForEachAsync(
            plan.Recipients,
            new ParallelOptions { MaxDegreeOfParallelism = ErasuresInFlight },
            async (recipient, _) =>
            {
                if (Volatile.Read(ref _failedErasures) < FailedErasuresThatEndErasing && await TryEraseAsync(recipient))
                {
                    Volatile.Write(ref _failedErasures, 0);
                }
                else
                {
                    Interlocked.Increment(ref _failedErasures);
                    kept.Add(recipient);
                }

                show($"{Interlocked.Increment(ref erased)} of {plan.Clients} mailboxes erased …");
            });
        return kept;
    }

    private async Task<bool> TryEraseAsync(string recipient)
    {
        for (var attempt = 1; attempt <= ErasureAttempts; attempt++)
        {
            try
            {
                // Dead letters of earlier versions, which are nobody's, are in the way of complete erasures for as long as they are there.
                if (!(await administration.EraseAsync(recipient)).Left.Contains("mailbox"))
                {
                    return true;
                }
            }
            catch (FuncCometException ex)
            {
                ledger.Fail("erase", ex);
                if (!ex.IsTransient)
                {
                    return false;
                }
            }

            await Task.Delay(PauseBetweenErasures, time, CancellationToken.None);
        }

        return false;
    }
}
