using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// A message that one instance has leased reaches a poll at another: after the instance has died, and when its client releases it.
/// </summary>
public sealed class RedeliveryTests(Azurite azurite)
{
    // The message is visible for 15 of the 20 seconds that the poll waits.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMessageLeasedByADeadInstance_ReachesAPollAtAnother(bool isHeldBeforeTheDeath)
    {
        var recipient = Named.NewRecipient().Name;
        await using var dying = await StartAsync();
        await using var living = await StartAsync();
        using var first = new ApiClient(dying.Url);
        using var second = new ApiClient(living.Url);
        await first.PushAcceptedAsync(recipient, "hello");
        using var leased = await first.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=10");
        Assert.Equal(HttpStatusCode.OK, leased.StatusCode);

        if (!isHeldBeforeTheDeath)
        {
            await dying.KillAsync();
        }

        var poll = second.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=20");
        if (isHeldBeforeTheDeath)
        {
            await dying.KillAsync();
        }

        using var again = await poll;
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
    }

    // Long enough for the poll to have published where it waits, and to look by itself only every five seconds.
    [Fact]
    public async Task AMessageReleasedAtOneInstance_WakesAPollAtAnother()
    {
        var recipient = Named.NewRecipient().Name;
        await using var holding = await StartAsync();
        await using var waiting = await StartAsync();
        using var holder = new ApiClient(holding.Url);
        using var waiter = new ApiClient(waiting.Url);
        await holder.PushAcceptedAsync(recipient, "hello");
        using var leased = await holder.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=600&timeout=10");
        var receipt = Assert.Single(leased.Headers.GetValues("Comet-Receipt"));
        var poll = waiter.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=60&timeout=60");
        await Task.Delay(TimeSpan.FromSeconds(9), TestContext.Current.CancellationToken);
        Assert.False(poll.IsCompleted);

        using var released = await holder.SendAsync(HttpMethod.Post, $"lease?rcpt={recipient}&receipt={receipt}&seconds=0");
        using var again = await poll.WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
    }

    private Task<LocalHostProcess> StartAsync() => LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
}
