using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>How LocalHost ends, and the Azurite that it has started. Runs alone, because it measures how long that takes.</summary>
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
        catch (Exception ex) when (ex is HttpRequestException or SocketException)
        {
            return false;
        }
    }
}
