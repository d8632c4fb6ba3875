using System.Diagnostics;
using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>A message that one instance has leased reaches a poll that is in a long pause at another, after the first has died.</summary>
public sealed class RedeliveryToAWaitingPollTests(Azurite azurite)
{
    // The poll at the living instance is in a pause of at least 40 seconds when the other instance gives the lease.
    [Fact]
    public async Task AMessageLeasedByADeadInstance_ReachesAPollThatWaitedElsewhereAllTheTime()
    {
        var recipient = Named.NewRecipient().Name;
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var dying = await StartAsync(tap.ConnectionString, longestPause: "00:00:10");
        await using var living = await StartAsync(azurite.ConnectionString, longestPause: "00:00:50");
        using var first = new ApiClient(dying.Url);
        using var second = new ApiClient(living.Url);
        var waits = second.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=200");
        await Await.UntilAsync(async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 1, "the first");
        var leaves = first.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=200");

        // The living instance finds its presence replaced and publishes it again. The next look at the dying instance finds it.
        await Await.UntilAsync(async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 2, "both");
        var looks = tap.RequestsOf(recipient);
        await Await.UntilAsync(() => tap.RequestsOf(recipient) > looks, "the look");
        await first.PushAcceptedAsync(recipient, "hello");
        using var leased = await leaves;
        Assert.Equal(HttpStatusCode.OK, leased.StatusCode);
        await Await.UntilAsync(() => tap.Requests.Any(PublishedPresences.IsNote), "the note");
        await dying.KillAsync();
        var killed = Stopwatch.GetTimestamp();

        using var again = await waits;
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, TimeSpan.FromSeconds(5 + 5 + 4));
    }

    private static Task<LocalHostProcess> StartAsync(string storage, string longestPause) =>
        LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", storage],
            new Dictionary<string, string> { ["FuncComet__Backoff__Maximum"] = longestPause });
}
