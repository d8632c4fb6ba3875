namespace FuncComet.EndToEnd.Tests;

/// <summary>They count on an app that notices within a second that a client has left, so nothing else runs beside them.</summary>
[TestClass(DisableParallelization = true)]
public sealed class LeavingClientTests(Target target)
{
    [Fact]
    public async Task Push_AfterAClientLeft_IsDeliveredToTheNextPollForTheFirstTime()
    {
        var recipient = Target.NewRecipient();
        await PollAndLeaveAsync(recipient);

        using var pushed = await target.PushAsync(recipient, "hello");
        using var polled = await target.PollAsync(recipient);

        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
    }

    [Fact]
    public async Task Push_WhenOneOfManyClientsStayed_IsDeliveredToIt()
    {
        var recipient = Target.NewRecipient();
        var stayed = target.PollAsync(recipient, timeout: 60);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PollAndLeaveAsync(recipient)));

        using var pushed = await target.PushAsync(recipient, "hello");
        using var polled = await stayed;

        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
    }

    // The protocol gives a poll one second to notice that its client has left.
    private async Task PollAndLeaveAsync(string recipient)
    {
        using var leaving = new CancellationTokenSource();
        var poll = target.Http.GetAsync($"poll?rcpt={recipient}&timeout=60", leaving.Token);
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }
}
