using FuncComet.Client;

namespace FuncComet.Cli.Benchmark;

/// <summary>A recipient's client: holds one poll after the other, in lease mode, and acknowledges with the next poll.</summary>
internal sealed class BenchReader(FuncCometClient client, string recipient, BenchLedger ledger, TimeProvider time)
{
    private const int MaxBatch = 16;

    private static readonly TimeSpan PauseAfterAFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastAcknowledgementLimit = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IReadOnlyList<string> _receipts = [];

    /// <summary>Ends when the first message has come.</summary>
    public Task Opened => _opened.Task;

    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await PollAsync(end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            await AcknowledgeLastAsync();
        }
    }

    private async Task PollAsync(CancellationToken end)
    {
        var request = new PollRequest
        {
            Timeout = BenchPlan.PollTimeout,
            Lease = BenchPlan.Lease,
            Max = MaxBatch,
            Acknowledges = [.. _receipts],
        };
        var began = time.GetTimestamp();
        try
        {
            var messages = await client.PollAsync(recipient, request, end);
            foreach (var message in messages)
            {
                ledger.Receive(message);
            }

            _receipts = [.. messages.Select(message => message.Receipt!)];
            if (messages.Count > 0)
            {
                _opened.TrySetResult();
            }
            else if (time.GetElapsedTime(began) < Early)
            {
                // An instance that stops answers all its polls in one moment.
                await Task.Delay(PauseAfterAFailure * Random.Shared.NextDouble(), time, end);
            }
        }
        catch (FuncCometException ex)
        {
            ledger.Fail("poll", ex);
            await Task.Delay(ex.RetryAfter ?? PauseAfterAFailure, time, end);
        }
    }

    private async Task AcknowledgeLastAsync()
    {
        if (_receipts.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(LastAcknowledgementLimit, time);
        try
        {
            await client.AcknowledgeAsync(recipient, _receipts, limit.Token);
        }
        catch (Exception ex) when (ex is FuncCometException or OperationCanceledException)
        {
            // The messages are counted, and their mailbox is erased next.
        }
    }
}
