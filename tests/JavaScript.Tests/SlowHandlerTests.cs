using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>Two readers of one mailbox with a lease of 5 seconds, whose handlers take longer, in Node with LocalHost.</summary>
public sealed class SlowHandlerTests(ITestOutputHelper output, Azurite azurite) : IClassFixture<Azurite>
{
    [Fact]
    public async Task Subscribe_WhenHandlersTakeLongerThanTheLease_HandlesEveryMessageOnce()
    {
        await using var host = await StartAsync(port: 0, maxDeliveries: 3);
        using var node = Start(host.Url, "slow", messages: 3, seconds: 12);

        await Await.UntilAsync(() => node.Numbers("ended").Count == 3, "the end of every handler");
        await Mailbox.UntilEmptyAsync(host.Url, "slow");

        Assert.Equal(0, await node.EndAsync());
        Assert.Equal([0, 1, 2], node.Numbers("began").Order());
        Assert.All(node.Numbers("deliveries"), deliveries => Assert.Equal(1, deliveries));
        Assert.All(node.Numbers("renewal"), status => Assert.Equal(200, status));
        Assert.True(node.Numbers("renewal").Count >= 12, "A handler of 12 seconds needs four renewals.");
    }

    [Fact]
    public async Task Subscribe_WhenLocalHostIsKilledUnderSlowHandlers_LosesNothingAndHandlesNothingTwiceUnmarked()
    {
        const int Messages = 4;
        var host = await StartAsync(port: 0);
        var url = host.Url;
        try
        {
            using var node = Start(url, "killed", Messages, seconds: 10);
            foreach (var began in (int[])[2, 4])
            {
                await Await.UntilAsync(() => node.Numbers("began").Count >= began, $"{began} handlers that work");
                var renewed = node.Numbers("renewal").Count;
                await Await.UntilAsync(() => node.Numbers("renewal").Count > renewed, "a renewal");
                await host.KillAsync();
                var failed = Failed(node);
                await Await.UntilAsync(() => Failed(node) > failed, "a renewal that fails");
                host = await StartAsync(url.Port);
            }

            await Await.UntilAsync(() => node.Numbers("ended").Distinct().Count() == Messages, "the end of a handler of each message");
            await Mailbox.UntilEmptyAsync(url, "killed");

            Assert.Equal(0, await node.EndAsync());
            var repeats = node.Numbers("began").Count - Messages;
            output.WriteLine($"{repeats} repeats; renewals: {string.Join(", ", node.Numbers("renewal"))}");
            Assert.True(repeats <= Failed(node), "A message came again whose renewals did not fail.");
            var deliveries = node.With("began").ToLookup(
                line => line.GetProperty("began").GetInt32(), line => line.GetProperty("deliveries").GetInt32());
            Assert.All(deliveries, each => Assert.Equal(each.Distinct().Order(), each));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static int Failed(NodeScript node) => node.Numbers("renewal").Count(status => status == 0);

    private static NodeScript Start(Uri url, string recipient, int messages, int seconds) =>
        new("slow-handlers.mjs", url.ToString().TrimEnd('/'), recipient, $"{messages}", $"{seconds}");

    private Task<LocalHostProcess> StartAsync(int port, int maxDeliveries = 10) =>
        LocalHostProcess.StartAsync(
            ["--port", $"{port}", "--storage", azurite.ConnectionString],
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "false",
                ["FuncComet__Mailbox__MaxDeliveries"] = $"{maxDeliveries}",
            });
}
