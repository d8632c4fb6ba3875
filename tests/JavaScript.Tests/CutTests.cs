using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>
/// The client in Node behind a proxy that answers 504 when a request is too long, and keeps the app's side of it open: so a message that
/// is pushed after a cut is handed to nobody.
/// </summary>
public sealed class CutTests(ITestOutputHelper output, Azurite azurite) : IClassFixture<Azurite>
{
    private const int Pushes = 10;
    private const int SecondsBetween = 5;

    // Polls then ask for 5 seconds, which leaves the app two to answer.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task Subscribe_BehindAProxyThatCutsPolls_AsksForLessAndGetsEveryMessageOnceAndInTime()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Token__Required"] = "false" });
        await using var proxy = await CuttingProxy.StartAsync(host.Url, Limit);
        using var node = new NodeScript("cuts.mjs", proxy.Url.ToString().TrimEnd('/'), $"{Pushes}", $"{SecondsBetween}");

        // One wait has no time for all of them.
        await Await.UntilAsync(() => node.Numbers("handled").Count >= Pushes / 2, "half of the messages");
        await Await.UntilAsync(() => node.All("pushed").Count > 0, "every push");
        var messages = node.Numbers("pushed").Single();
        await Await.UntilAsync(() => node.Numbers("handled").Distinct().Count() == messages, "every message");
        await Mailbox.UntilEmptyAsync(host.Url, "one");
        await Mailbox.UntilEmptyAsync(host.Url, "two");
        Assert.Equal(0, await node.EndAsync());

        var polls = node.With("poll").Select(line => (
            Status: line.GetProperty("poll").GetInt32(),
            Asked: line.GetProperty("asked").GetInt32(),
            Lease: line.GetProperty("lease").GetInt32(),
            IsLimited: line.GetProperty("isLimited").GetBoolean())).ToArray();
        output.WriteLine(string.Join(Environment.NewLine, polls));
        output.WriteLine(string.Join(Environment.NewLine, node.With("handled")));

        // Two cuts teach the client. The other recipient's polls that had begun before are cut too, and no others.
        var cut = polls.Where(poll => poll.Status == 504).ToArray();
        Assert.InRange(cut.Length, 2, 4);
        Assert.All(cut, poll => Assert.Equal((220, false), (poll.Asked, poll.IsLimited)));
        Assert.Contains(cut, poll => poll.Lease == 30);
        Assert.Contains(cut, poll => poll.Lease == 15);
        Assert.Equal(cut.Length, proxy.LostMessages);
        Assert.All(polls.Except(cut), poll => Assert.True(poll.Status is 200 or 204, $"A poll was answered with {poll.Status}."));
        Assert.All(polls.Where(poll => poll.IsLimited), poll => Assert.InRange(poll.Asked, 0, 5));

        // Each once, and in time even if it was handed to a poll that had been cut.
        Assert.Equal(Enumerable.Range(0, messages), node.Numbers("handled").Order());
        Assert.Equal(messages, node.All("id").Select(id => id.GetString()).Distinct().Count());
        Assert.All(
            node.With("handled"),
            line => Assert.InRange(line.GetProperty("after").GetDouble(), 0, line.GetProperty("within").GetInt32()));

        foreach (var states in node.With("state").ToLookup(line => line.GetProperty("rcpt").GetString()))
        {
            Assert.Equal(["connecting", "open", "open", "stopped"], states.Select(line => line.GetProperty("state").GetString()));
            Assert.Matches("^Requests are ended after . s, so polls ask for 5 s$", states.ElementAt(2).GetProperty("reason").GetString());
        }
    }
}
