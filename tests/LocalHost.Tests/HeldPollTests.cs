using System.Net;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Runs alone, because one test measures how soon a poll ends when its client leaves, and the other holds a thousand polls, which load the
/// machine, and finds every warning of a slow storage a fault.
/// </summary>
[Collection(Alone.Name)]
public sealed class HeldPollTests(Azurite azurite) : IClassFixture<Azurite>
{
    // LocalHost warns that tokens are off. These tests look for warnings, and this one is no fault.
    private static readonly Dictionary<string, string> Debug = new()
    {
        ["Logging__LogLevel__FuncComet"] = "Debug",
        ["Logging__LogLevel__FuncComet.Functions.Tokens"] = "Error",
    };

    [Fact]
    public async Task Poll_WhenItsClientLeaves_EndsAndMakesNoMoreStorageRequests()
    {
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString], Debug);
        using var client = new ApiClient(host.Url);
        using var leaving = new CancellationTokenSource();
        var poll = client.PollAndLeaveAsync("leaver", timeout: 120, leaving.Token);
        await Await.UntilAsync(() => tap.RequestsOf("leaver") >= 2, "the poll's second look");

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);

        // One second is promised. A loaded machine gets four more, which is still far less than the poll's timeout.
        await host.WaitForLineAsync(
            line => line.Contains("ended: ClientGone", StringComparison.Ordinal) && line.EndsWith("; 0 held.", StringComparison.Ordinal),
            TimeSpan.FromSeconds(1 + 4));
        AssertNothingWentWrong(host);
    }

    [Fact]
    public async Task Polls_OfAThousandRecipients_EachGetTheirOwnMessageOnce()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString], Debug);
        using var client = new ApiClient(host.Url);
        var polls = Enumerable.Range(0, 1_000).Select(number => client.PollAsync($"thousand-{number}", timeout: 200)).ToList();
        await HeldAsync(host, client, 1_000);
        await RestAsync(client);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1_000),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) => await client.PushAcceptedAsync($"thousand-{number}", $"for {number}"));
        var answers = await Task.WhenAll(polls).WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        foreach (var (answer, number) in answers.Select((answer, number) => (answer, number)))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal($"for {number}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("1", Assert.Single(answer.Headers.GetValues("Comet-Deliveries")));
        }

        // Nothing is left, hidden or not, that could come a second time. A failed delete would also be in the log.
        var storage = new QueueServiceClient(azurite.ConnectionString);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1_000),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) => await Await.UntilAsync(
                () => IsEmptyAsync(storage, $"thousand-{number}"), $"the delete of {IdOf(answers[number])} of thousand-{number}"));
        AssertNothingWentWrong(host);
    }

    private static string IdOf(HttpResponseMessage answer) => answer.Headers.GetValues("Comet-Message-Id").Single();

    private static async Task<bool> IsEmptyAsync(QueueServiceClient storage, string recipient)
    {
        var queue = storage.GetQueueClient(Named.Recipient(recipient).QueueName("fc"));
        var properties = await queue.GetPropertiesAsync(TestContext.Current.CancellationToken);
        return properties.Value.ApproximateMessagesCount == 0;
    }

    private static void AssertNothingWentWrong(LocalHostProcess host)
    {
        Assert.DoesNotContain(host.Output, line => line.Contains("fail:", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.Contains("warn:", StringComparison.Ordinal));
    }

    /// <summary>
    /// Waits until the polls' first looks are over. A thousand of them keep Azurite busy for seconds. A push that is answered 503 by an
    /// overloaded storage would be right, but is not what this test is about.
    /// </summary>
    private static async Task RestAsync(ApiClient client)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (var quick = 0; quick < 3;)
        {
            end.Token.ThrowIfCancellationRequested();
            var began = TimeProvider.System.GetTimestamp();
            using var probe = await client.PushAsync("rest-probe", "probe");
            quick = TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMilliseconds(500) ? quick + 1 : 0;
        }
    }

    private static async Task HeldAsync(LocalHostProcess host, ApiClient client, int held)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!host.Output.Any(line => line.EndsWith($"; {held} held.", StringComparison.Ordinal)))
        {
            using var probe = await client.PollAndLeaveAsync("probe", timeout: 0, end.Token);
        }
    }
}
