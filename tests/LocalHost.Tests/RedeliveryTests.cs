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

    [Fact]
    public async Task AMessageReleasedAtOneInstance_WakesAPollAtAnother()
    {
        var recipient = Named.NewRecipient().Name;
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var holding = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString]);
        await using var waiting = await StartAsync();
        using var holder = new ApiClient(holding.Url);
        using var waiter = new ApiClient(waiting.Url);
        await holder.PushAcceptedAsync(recipient, "hello");
        using var leased = await holder.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=600&timeout=10");
        var receipt = Assert.Single(leased.Headers.GetValues("Comet-Receipt"));
        var poll = waiter.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=60&timeout=60");
        await Await.UntilAsync(
            async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 1, "the poll's presence");
        Assert.DoesNotContain(tap.Requests, PublishedPresences.IsNote);

        using var released = await holder.SendAsync(HttpMethod.Post, $"lease?rcpt={recipient}&receipt={receipt}&seconds=0");
        await Await.UntilAsync(() => tap.Requests.Any(PublishedPresences.IsNote), "the note");
        using var again = await poll.Bounded();

        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
    }

    private Task<LocalHostProcess> StartAsync() => LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
}
