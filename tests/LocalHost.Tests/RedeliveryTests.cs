using System.Diagnostics;
using System.Net;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>An instance dies while its client has a leased message, and the client polls at another instance.</summary>
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

    // The poll at the living instance is in a pause of up to 50 seconds when the other instance gives the lease.
    [Fact]
    public async Task AMessageLeasedByADeadInstance_ReachesAPollThatWaitedElsewhereAllTheTime()
    {
        var recipient = Named.NewRecipient().Name;
        await using var dying = await StartAsync(("FuncComet__Backoff__Maximum", "00:00:20"));
        await using var living = await StartAsync(("FuncComet__Backoff__Maximum", "00:00:50"));
        using var first = new ApiClient(dying.Url);
        using var second = new ApiClient(living.Url);
        var waits = second.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=120");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        var leaves = first.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=120");

        // By then, each instance has found the other's presence in the mailbox's metadata.
        await Await.UntilAsync(async () => await NamesOf(recipient) == 2, "both presences");
        await Task.Delay(TimeSpan.FromSeconds(21), TestContext.Current.CancellationToken);
        await first.PushAcceptedAsync(recipient, "hello");
        using var leased = await leaves;
        Assert.Equal(HttpStatusCode.OK, leased.StatusCode);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await dying.KillAsync();
        var killed = Stopwatch.GetTimestamp();

        using var again = await waits;
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, TimeSpan.FromSeconds(5 + 5 + 2));
    }

    private async Task<int> NamesOf(string recipient)
    {
        var queue = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(Named.Recipient(recipient).QueueName("fc"));
        var metadata = (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.Metadata;
        return metadata.Where(each => each.Key is "bell" or "bells").Sum(each => each.Value.Split(',').Length);
    }

    private Task<LocalHostProcess> StartAsync(params (string Name, string Value)[] settings) =>
        LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            settings.ToDictionary(setting => setting.Name, setting => setting.Value));
}
