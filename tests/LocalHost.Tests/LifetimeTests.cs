using System.Diagnostics;
using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>LocalHost with an Azurite that it starts itself.</summary>
[Collection(Alone.Name)]
public sealed class LifetimeTests
{
    // 3 seconds are promised. A loaded machine gets 5 more.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(3 + 5);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Stop_WithHundredHeldPolls_AnswersThemAllAndEndsWhatItStarted(string signal)
    {
        var storage = Local.FreeConnectionString();
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", storage], Debug);
        using var client = new ApiClient(host.Url);
        var polls = Enumerable.Range(0, 100).Select(number => client.PollAsync($"stop-{number}", timeout: 120)).ToList();
        await HeldAsync(host, storage, polls);

        var clock = Stopwatch.StartNew();
        host.Send(signal);
        var answers = await Task.WhenAll(polls).Bounded();
        await host.WaitForExitAsync(LongestStop);

        Assert.Equal(0, host.ExitCode);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.All(answers, answer => Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta));
        Assert.False(await AnswersAsync(storage), $"Azurite outlived LocalHost, which took {clock.Elapsed}.");
    }

    [Fact]
    public async Task Messages_OutliveARestart()
    {
        var storage = Local.FreeConnectionString();
        await using (var first = await LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]))
        {
            Assert.Contains(first.Output, line => line.Contains("Azurite, started here", StringComparison.Ordinal));
            using var client = new ApiClient(first.Url);
            await client.PushAcceptedAsync("restart", "still here");
        }

        await using var second = await LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]);
        using var later = new ApiClient(second.Url);
        using var polled = await later.PollAsync("restart", timeout: 10);
        Assert.Equal("still here", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TwoStarts_AtTheSameTime_ShareOneAzurite()
    {
        var storage = Local.FreeConnectionString();

        var starts = await Task.WhenAll(
            LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]),
            LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]));
        await using var one = starts[0];
        await using var other = starts[1];

        Assert.Single(starts, host => host.Output.Any(line => line.Contains("Azurite, started here", StringComparison.Ordinal)));
        using var atOne = new ApiClient(one.Url);
        using var atOther = new ApiClient(other.Url);
        await atOne.PushAcceptedAsync("shared", "hello");
        using var polled = await atOther.PollAsync("shared", timeout: 10);
        Assert.Equal("hello", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static IReadOnlyDictionary<string, string> Debug { get; } =
        new Dictionary<string, string> { ["Logging__LogLevel__FuncComet"] = "Debug" };

    // A poll that ends at once logs how many others are held.
    private static async Task HeldAsync(LocalHostProcess host, string storage, List<Task<HttpResponseMessage>> polls)
    {
        Assert.True(await AnswersAsync(storage));
        using var client = new ApiClient(host.Url);
        while (!host.Output.Any(line => line.EndsWith($"; {polls.Count} held.", StringComparison.Ordinal)))
        {
            using var probe = await client.PollAsync("probe", timeout: 0);
            Assert.Equal(HttpStatusCode.NoContent, probe.StatusCode);
        }
    }

    private static async Task<bool> AnswersAsync(string storage)
    {
        using var http = new HttpClient();
        try
        {
            var queues = new Uri(storage.Split("QueueEndpoint=")[1].TrimEnd(';'));
            using var answer = await http.GetAsync(queues, TestContext.Current.CancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
