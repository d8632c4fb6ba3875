using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>The limits on held polls, set to 20 for an instance and 5 for a recipient.</summary>
public sealed class HeldPollLimitTests(Azurite azurite)
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["FuncComet__Limits__MaxHeldPolls"] = "20",
        ["FuncComet__Limits__MaxHeldPollsPerRecipient"] = "5",
        ["Logging__LogLevel__FuncComet"] = "Debug",

        // A held poll looks at most once and then waits, so every other storage request comes from another poll.
        ["FuncComet__Doorbell__Enabled"] = "false",
        ["FuncComet__Backoff__Initial"] = "00:00:30",
        ["FuncComet__Backoff__Maximum"] = "00:00:30",
        ["FuncComet__Backoff__Jitter"] = "0",
    };

    [Fact]
    public async Task Poll_AtTheInstancesLimit_IsRefusedWithoutAStorageRequest_AndTheHeldOnesAreServed()
    {
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString], Settings);
        using var client = new ApiClient(host.Url);
        string[] recipients = [.. Enumerable.Range(0, 20).Select(number => $"one-of-twenty-{number}")];
        var held = recipients.Select(recipient => client.PollAsync(recipient, timeout: 120)).ToList();
        await Await.UntilAsync(() => recipients.All(recipient => tap.RequestsOf(recipient) == 1), "a look of each of twenty polls");

        await AssertRefusedAsync(client, "the-next");

        Assert.Equal(0, tap.RequestsOf("the-next"));
        Assert.All(held, poll => Assert.False(poll.IsCompleted));
        await AssertServedAsync(client, recipients, held);
        await AssertFreeAsync(client, "the-next");
    }

    [Fact]
    public async Task Poll_AtItsRecipientsLimit_IsRefusedWithoutAStorageRequest_AndNoOtherIs()
    {
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString], Settings);
        using var client = new ApiClient(host.Url);
        var held = Enumerable.Range(0, 5).Select(_ => client.PollAsync("greedy", timeout: 120)).ToList();
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!host.Output.Any(line => line.EndsWith("; 5 held.", StringComparison.Ordinal)))
        {
            using var modest = await client.PollAndLeaveAsync("modest", timeout: 0, end.Token);
            Assert.Equal(HttpStatusCode.NoContent, modest.StatusCode);
        }

        for (var number = 0; number < 50; number++)
        {
            await AssertRefusedAsync(client, "greedy");
        }

        Assert.InRange(tap.RequestsOf("greedy"), 1, 5);
        Assert.All(held, poll => Assert.False(poll.IsCompleted));
        await AssertServedAsync(client, ["greedy", "greedy", "greedy", "greedy", "greedy"], held);
        await AssertFreeAsync(client, "greedy");
    }

    private static async Task AssertRefusedAsync(ApiClient client, string recipient)
    {
        using var refused = await client.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("5", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Contains("\"urn:funccomet:too-many-polls\"", await refused.TextAsync(), StringComparison.Ordinal);
    }

    private static async Task AssertServedAsync(ApiClient client, string[] recipients, List<Task<HttpResponseMessage>> held)
    {
        foreach (var (number, recipient) in recipients.Index())
        {
            await client.PushAcceptedAsync(recipient, $"message {number:D2}");
        }

        var answers = await Task.WhenAll(held).Bounded();
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(recipients.Index().Select(pushed => $"message {pushed.Index:D2}"), bodies.Order(StringComparer.Ordinal));
    }

    // A client has the whole answer a little before its poll gives up its place.
    private static async Task AssertFreeAsync(ApiClient client, string recipient)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        HttpStatusCode status;
        do
        {
            using var answer = await client.PollAndLeaveAsync(recipient, timeout: 0, end.Token);
            status = answer.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.NoContent, status);
    }
}
