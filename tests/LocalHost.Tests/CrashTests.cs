namespace FuncComet.LocalHost.Tests;

/// <summary>The promise of each mode when instances are killed and the storage is restarted and frozen.</summary>
[Collection(Alone.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task LeaseMode_WithInstancesKilledAndHandlersThatRenew_LosesNothingAndMarksEveryRepeat()
    {
        await using var run = await CrashRun.StartAsync();

        await run.UnderLoadAsync(
            run.KillInstancesAsync(),
            pushers: 20,
            mailbox => mailbox % 2 == 0 ? run.LeaseAsync(mailbox) : run.LeaseAndRenewAsync(mailbox));

        output.WriteLine(run.Summary);
        Assert.True(run.Renewals > 0, run.Summary);
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.Empty(run.Lost);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task LeaseMode_WithInstancesKilledAndTheStorageRestartedAndFrozen_LosesNothing()
    {
        await using var run = await CrashRun.StartAsync();

        await run.UnderLoadAsync(run.DisturbAllAsync(), pushers: 20, run.LeaseAsync);

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
        await using var run = await CrashRun.StartAsync();

        await run.UnderLoadAsync(run.KillInstancesAsync(), pushers: 20, mailbox => run.PlainAsync(mailbox, Leaves(mailbox)));

        output.WriteLine(run.Summary);
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.DoesNotContain(run.Lost, number => !Leaves(number % CrashRun.Mailboxes));
        Assert.InRange(run.Lost.Count, 0, run.Left);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task DirectMode_WithInstancesKilledAndClientsThatLeave_LosesOnlyWhatWasOnItsWay()
    {
        await using var run = await CrashRun.StartAsync(handover: "Direct");

        // Few pushers, so that mailboxes are empty and polls wait for the next message.
        await run.UnderLoadAsync(run.KillInstancesAsync(), pushers: 4, mailbox => run.PlainAsync(mailbox, Leaves(mailbox)));

        var lostWhereClientsStay = run.Lost.Count(number => !Leaves(number % CrashRun.Mailboxes));
        output.WriteLine($"{run.Summary}, written directly {run.WrittenDirectly}, lost where clients stay {lostWhereClientsStay}");
        Assert.Equal(CrashRun.Kills, run.KillCount);
        Assert.True(run.WrittenDirectly > 0, run.Summary);
        Assert.Empty(run.Unexplained);
        Assert.Empty(run.UnmarkedRepeats);
    }

    // The clients of the even mailboxes stay. Those of the odd ones leave at random moments.
    private static bool Leaves(int mailbox) => mailbox % 2 == 1;
}
