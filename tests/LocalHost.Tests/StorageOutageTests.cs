using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class StorageOutageTests(Azurite azurite) : IClassFixture<Azurite>
{
    // The storage client's tries and pauses and the longest pause between two looks add up to less.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Outage_Answers503AndRecoversWithoutARestart()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
        using var client = new ApiClient(host.Url);
        await client.PushAcceptedAsync("before", "accepted before");
        var held = Enumerable.Range(0, 20).Select(number => client.PollAsync($"held-{number}", timeout: 120)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        await azurite.StopAsync();

        foreach (var poll in await InTimeAsync(Task.WhenAll(held)))
        {
            await AssertUnavailableAsync(poll);
        }

        await AssertUnavailableAsync(await InTimeAsync(client.PollAsync("during", timeout: 30)));
        await AssertUnavailableAsync(await InTimeAsync(client.PushAsync("during", "refused")));
        using var ill = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "health"));
        await AssertUnavailableAsync(ill);

        await azurite.StartAgainAsync();

        using var old = await client.PollAsync("before", timeout: 20);
        Assert.Equal("accepted before", await old.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await client.PushAcceptedAsync("after", "hello");
        using var polled = await client.PollAsync("after", timeout: 20);
        Assert.Equal("hello", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var healthy = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "health"));
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        Assert.DoesNotContain(host.Output, line => line.Contains("fail:", StringComparison.Ordinal));
    }

    private static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(Longest, TestContext.Current.CancellationToken);

    private static async Task AssertUnavailableAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("5", Assert.Single(answer.Headers.GetValues("Retry-After")));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("urn:funccomet:storage-unavailable", await answer.TextAsync(), StringComparison.Ordinal);
    }
}
