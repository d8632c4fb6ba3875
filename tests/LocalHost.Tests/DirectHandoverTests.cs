using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Runs alone, because the app stores a message that it cannot write to the poll within two seconds.</summary>
[Collection(Alone.Name)]
public sealed class DirectHandoverTests(Azurite azurite) : IClassFixture<Azurite>
{
    [Fact]
    public async Task Push_InDirectMode_ReachesAPollThatWaits_WithTheStorageStopped()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string>
            {
                ["FuncComet__Push__Handover"] = "Direct",

                // The poll must not look before the push, or it would notice that the storage is gone.
                ["FuncComet__Doorbell__Enabled"] = "false",
                ["FuncComet__Backoff__Initial"] = "00:01:00",
                ["FuncComet__Backoff__Maximum"] = "00:01:00",
            });
        using var client = new ApiClient(host.Url);
        var poll = client.PollAsync("direct", timeout: 40);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await azurite.StopAsync();

        await client.PushAcceptedAsync("direct", "hello");

        using var polled = await poll.Bounded();
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.Equal("hello", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("1", Assert.Single(polled.Headers.GetValues("Comet-Deliveries")));
        await azurite.StartAgainAsync();
        using var after = await client.PollAsync("direct", timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
    }
}
