using System.Diagnostics;
using FuncComet.Testing;
using static FuncComet.LocalHost.Tests.PresenceAsking;

namespace FuncComet.LocalHost.Tests;

/// <summary>How soon an instance knows of a poll that another one holds. Runs alone, because it measures that time.</summary>
[Collection(Alone.Name)]
public sealed class PresenceTimeTests(Azurite azurite) : IClassFixture<Azurite>
{
    // The app promises 1 and 3 seconds. A loaded machine gets four more.
    private static readonly TimeSpan Begins = TimeSpan.FromSeconds(1 + 4);
    private static readonly TimeSpan Ends = TimeSpan.FromSeconds(3 + 4);

    [Fact]
    public async Task APollHeldElsewhere_IsKnownSoonAfterItBegins_AndSoonAfterItsConnectionIsClosed()
    {
        var recipient = Named.NewRecipient().Name;
        await using var holding = await StartAsync(azurite);
        await using var asked = await StartAsync(azurite);
        using var client = new ApiClient(holding.Url);
        using var server = new ApiClient(asked.Url);
        await ServeOnceAsync(client, recipient);
        Assert.Equal((false, false), await AskAsync(server, recipient));

        using var leaving = new CancellationTokenSource();
        var poll = client.PollAndLeaveAsync(recipient, timeout: 200, leaving.Token);
        await WithinAsync(Begins, async () => (await AskAsync(server, recipient)).IsWaiting);
        Assert.Equal((true, true), await AskAsync(server, recipient));

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await WithinAsync(Ends, async () => !(await AskAsync(server, recipient)).IsWaiting);
        Assert.Equal((false, true), await AskAsync(server, recipient));
        Assert.Equal((false, true), await AskAsync(client, recipient));
    }

    private static async Task WithinAsync(TimeSpan time, Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        await Await.UntilAsync(condition, "the change");
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, time);
    }
}
