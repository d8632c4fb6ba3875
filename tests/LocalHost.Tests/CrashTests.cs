namespace FuncComet.LocalHost.Tests;

/// <summary>The promise of each mode when instances are killed and the storage is restarted and frozen.</summary>
public sealed class CrashTests(CrashRuns runs, ITestOutputHelper output) : IClassFixture<CrashRuns>
{
    [Fact]
    public async Task LeaseMode_WithInstancesKilledAndHandlersThatRenew_LosesNothingAndMarksEveryRepeat()
    {
        var run = await runs.Lease;

        output.WriteLine(run.Summary);
        Assert.True(run.Renewals > 0, run.Summary);
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.Empty(run.Lost);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task LeaseMode_WithInstancesKilledAndTheStorageRestartedAndFrozen_LosesNothing()
    {
        var run = await runs.LeaseWithStorageFaults;

        // A frozen storage makes its client repeat a send that was stored already. The copy has the same id, by which a receiver
        // recognises it.
        output.WriteLine(run.Summary);
        Assert.Equal(2, run.KillCount);
        Assert.Empty(run.Lost);
        Assert.Empty(run.Forged);
    }

    [Fact]
    public async Task PlainMode_WithInstancesKilledAndClientsThatLeave_LosesOnlyWhatAClientThatLeftWasAnswered()
    {
        var run = await runs.Plain;

        output.WriteLine(run.Summary);
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.DoesNotContain(run.Lost, number => !CrashRuns.Leaves(number % CrashRun.Mailboxes));
        Assert.InRange(run.Lost.Count, 0, run.Left);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task DirectMode_WithInstancesKilledAndClientsThatLeave_LosesOnlyWhatWasOnItsWay()
    {
        var run = await runs.Direct;

        var lostWhereClientsStay = run.Lost.Count(number => !CrashRuns.Leaves(number % CrashRun.Mailboxes));
        output.WriteLine($"{run.Summary}, written directly {run.WrittenDirectly}, lost where clients stay {lostWhereClientsStay}");
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.True(run.WrittenDirectly > 0, run.Summary);
        Assert.Empty(run.Unexplained);
        Assert.Empty(run.UnmarkedRepeats);
    }
}
