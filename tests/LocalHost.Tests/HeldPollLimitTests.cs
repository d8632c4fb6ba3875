using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>The limits on held polls: 20 of an instance, 5 of a recipient.</summary>
public sealed class HeldPollLimitTests(Azurite azurite) : IClassFixture<Azurite>
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["FuncComet__Limits__MaxHeldPolls"] = "20",
        ["FuncComet__Limits__MaxHeldPollsPerRecipient"] = "5",

        // A held poll looks once and then waits for the bell: what the storage is asked meanwhile is asked by another.
        ["FuncComet__Backoff__Initial"] = "00:00:30",
        ["FuncComet__Backoff__Maximum"] = "00:00:30",
        ["FuncComet__Backoff__Jitter"] = "0",
    };

    [Theory]
    [InlineData(1, 5, "full-0", "the recipient's")]
    [InlineData(4, 5, "another", "the instance's")]
    public async Task Poll_AtALimit_IsRefusedWithoutAStorageRequest_AndTheHeldOnesAreServed(int recipients, int pollsOfEach, string next, string limit)
    {
        await using var tap = new StorageTap(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString], Settings);
        using var client = new ApiClient(host.Url);
        var before = tap.Requests.Count;
        var held = Enumerable.Range(0, recipients * pollsOfEach).Select(number => client.PollAsync($"full-{number % recipients}", timeout: 120)).ToList();
        await Await.UntilAsync(() => tap.Requests.Count == before + held.Count, $"as many looks as {limit} limit of polls");

        using var refused = await client.PollAsync(next, timeout: 0);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("5", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Contains("\"urn:funccomet:too-many-polls\"", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(before + held.Count, tap.Requests.Count);
        Assert.All(held, poll => Assert.False(poll.IsCompleted));

        for (var number = 0; number < held.Count; number++)
        {
            await client.PushAcceptedAsync($"full-{number % recipients}", $"message {number}");
        }

        var bodies = await Task.WhenAll((await Task.WhenAll(held).Bounded()).Select(answer => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(Enumerable.Range(0, held.Count).Select(number => $"message {number}").Order(StringComparer.Ordinal), bodies.Order(StringComparer.Ordinal));

        // An answer is whole a little before its poll gives up its place.
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        HttpStatusCode again;
        do
        {
            using var retried = await client.PollAndLeaveAsync(next, timeout: 0, end.Token);
            again = retried.StatusCode;
        }
        while (again == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.NoContent, again);
    }

    [Fact]
    public async Task Poll_AtItsRecipientsLimit_LeavesTheOthersAlone()
    {
        await using var tap = new StorageTap(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString], Settings);
        using var client = new ApiClient(host.Url);
        using var leaving = new CancellationTokenSource();
        var before = tap.Requests.Count;
        var held = Enumerable.Range(0, 5).Select(_ => client.PollAndLeaveAsync("greedy", timeout: 120, leaving.Token)).ToList();
        await Await.UntilAsync(() => tap.Requests.Count == before + 5, "five looks");

        using var modest = await client.PollAsync("modest", timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, modest.StatusCode);
        using var greedy = await client.PollAsync("greedy", timeout: 0);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, greedy.StatusCode);
        Assert.All(held, poll => Assert.False(poll.IsCompleted));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(held)).Bounded();
    }
}
