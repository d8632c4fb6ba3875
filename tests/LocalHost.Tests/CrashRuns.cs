namespace FuncComet.LocalHost.Tests;

/// <summary>
/// The runs of <see cref="CrashTests"/>. A run waits most of the time, for an instance to start or a lease to end, so two run
/// side by side. Each has its own storage and its own instances. The tests count messages and measure no time, so the runs do
/// not need the machine for themselves.
/// </summary>
public sealed class CrashRuns : IAsyncLifetime
{
    private const int AtOnce = 2;

    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly List<Task<CrashRun>> _all = [];

    /// <summary>Lease mode, with instances killed. Half of the handlers take longer than their leases now and then.</summary>
    internal Task<CrashRun> Lease { get; private set; } = null!;

    /// <summary>Lease mode, with instances killed and the storage restarted and frozen.</summary>
    internal Task<CrashRun> LeaseWithStorageFaults { get; private set; } = null!;

    /// <summary>Plain mode, with instances killed and clients that leave.</summary>
    internal Task<CrashRun> Plain { get; private set; } = null!;

    /// <summary>Direct mode, with instances killed and clients that leave.</summary>
    internal Task<CrashRun> Direct { get; private set; } = null!;

    // The clients of the even mailboxes stay. Those of the odd ones leave at random moments.
    internal static bool Leaves(int mailbox) => mailbox % 2 == 1;

    /// <inheritdoc/>
    public ValueTask InitializeAsync()
    {
        Plain = Begin("Stored", run =>
            run.UnderLoadAsync(run.KillInstancesAsync(), pushers: 20, mailbox => run.PlainAsync(mailbox, Leaves(mailbox))));
        Lease = Begin("Stored", run => run.UnderLoadAsync(
            run.KillInstancesAsync(),
            pushers: 20,
            mailbox => mailbox % 2 == 0 ? run.LeaseAsync(mailbox) : run.LeaseAndRenewAsync(mailbox)));
        LeaseWithStorageFaults = Begin("Stored", run => run.UnderLoadAsync(run.DisturbAllAsync(), pushers: 20, run.LeaseAsync));

        // Few pushers, so that mailboxes are empty and polls wait for the next message.
        Direct = Begin("Direct", run =>
            run.UnderLoadAsync(run.KillInstancesAsync(), pushers: 4, mailbox => run.PlainAsync(mailbox, Leaves(mailbox))));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var run in _all)
        {
            // A run that has failed has disposed itself, and its test has failed.
            if (run.IsCompletedSuccessfully)
            {
                await (await run).DisposeAsync();
            }
        }

        _turns.Dispose();
    }

    private Task<CrashRun> Begin(string handover, Func<CrashRun, Task> go)
    {
        var run = RunAsync(handover, go);
        _all.Add(run);
        return run;
    }

    private async Task<CrashRun> RunAsync(string handover, Func<CrashRun, Task> go)
    {
        await _turns.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var run = await CrashRun.StartAsync(handover);
            try
            {
                await go(run);
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }

            // What it started must not take time from the next run.
            await run.StopAsync();
            return run;
        }
        finally
        {
            _turns.Release();
        }
    }
}
