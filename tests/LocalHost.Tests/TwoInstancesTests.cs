using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class TwoInstancesTests(Azurite azurite)
{
    [Fact]
    public async Task Push_AtOneInstance_ReachesThePollHeldAtAnother()
    {
        var recipient = Named.NewRecipient().Name;
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var one = await StartAsync(azurite.ConnectionString);
        await using var other = await StartAsync(tap.ConnectionString);
        using var atOne = new ApiClient(one.Url);
        using var atOther = new ApiClient(other.Url);
        var poll = atOther.PollAsync(recipient, timeout: 60);
        await Await.UntilAsync(
            async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 1, "the poll's presence");
        await Await.UntilAsync(() => PublishedPresences.HasCounted(tap, recipient), "the poll's pause");
        await atOne.PushAcceptedAsync(recipient, "hello");

        // The instance reads its bell every 200 ms. A loaded machine gets more time, but less than the pause of at least 20 seconds.
        using var polled = await poll.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Assert.Equal("hello", await polled.TextAsync());
    }

    private static Task<LocalHostProcess> StartAsync(string storage) => LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]);
}
