using FuncComet.Polling;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Polling;

public sealed class HeldPollsTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Run_WhenTheInstanceHoldsItsMaximum_IsRefusedWithoutARequest()
    {
        _instance.Limits.MaxHeldPolls = 2;
        _ = PollAsync("alice");
        _ = PollAsync("bob");

        Assert.Equal(PollOutcome.TooManyPolls, await PollAsync("carol").Bounded());

        Assert.Empty(_instance.Storage.Of(Named.Recipient("carol")).Requests);
    }

    [Fact]
    public async Task Run_WhenTheRecipientHasItsMaximum_IsRefused_AndPollsOfOthersAreNot()
    {
        _instance.Limits.MaxHeldPollsPerRecipient = 2;
        _ = PollAsync("alice");
        _ = PollAsync("alice");

        Assert.Equal(PollOutcome.TooManyPolls, await PollAsync("alice").Bounded());
        Assert.False(PollAsync("bob").IsCompleted);
    }

    [Fact]
    public async Task Run_WhenAnotherHasEnded_TakesItsPlace()
    {
        _instance.Limits.MaxHeldPolls = 1;
        using var leaving = new CancellationTokenSource();
        var first = PollAsync("alice", leaving.Token);
        await leaving.CancelAsync();
        await first.Bounded();

        Assert.False(PollAsync("alice").IsCompleted);
    }

    [Fact]
    public async Task Run_WhenItIsRefused_AcknowledgesNothing()
    {
        await _instance.PushAsync("hello");
        var leasing = new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(60) };
        await _instance.Poll.RunAsync(leasing, _instance.Answer, CancellationToken.None).Bounded();
        _instance.Limits.MaxHeldPolls = 1;
        _ = PollAsync("bob");

        var refused = new PollRequest(_instance.Alice, TimeSpan.Zero) { Acknowledges = [_instance.Answer.Messages[0].Receipt] };
        Assert.Equal(PollOutcome.TooManyPolls, await _instance.Poll.RunAsync(refused, _instance.Answer, CancellationToken.None).Bounded());

        Assert.Single(_instance.Queue.Texts);
    }

    private Task<PollOutcome> PollAsync(string recipient, CancellationToken? clientAborted = null) =>
        _instance.Poll.RunAsync(
            new PollRequest(Named.Recipient(recipient), TimeSpan.FromSeconds(30)),
            new RecordedAnswer(),
            clientAborted ?? CancellationToken.None);
}
