using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>The JavaScript client in Node, against a LocalHost that is killed and restarted several times.</summary>
public sealed class NodeScenarioTests(ITestOutputHelper output, Azurite azurite) : IClassFixture<Azurite>
{
    private const string Key = "scenario";
    private const string Recipient = "node";
    private const int Messages = 200;
    private const int Kills = 4;

    [Fact]
    public async Task PushAndSubscribe_WhenLocalHostIsKilled_DeliverEveryMessageOnce()
    {
        var host = await StartAsync(port: 0);
        var url = host.Url;
        try
        {
            using var node = new NodeScript("scenario.mjs", url.ToString().TrimEnd('/'), Key, Recipient, $"{Messages}");
            for (var kill = 1; kill <= Kills; kill++)
            {
                var wanted = Messages * kill / (Kills + 1);
                await Await.UntilAsync(() => node.Numbers("received").Count >= wanted, $"{wanted} messages received before kill {kill}");
                await host.KillAsync();
                host = await StartAsync(url.Port);
            }

            await Await.UntilAsync(() => node.All("pushed").Count > 0, "every push");
            await Await.UntilAsync(() => node.Numbers("received").Distinct().Count() == Messages, "every message");

            // Once all messages are acknowledged, none can be delivered a second time.
            await Mailbox.UntilEmptyAsync(url, Recipient, Key);
            Assert.Equal(0, await node.EndAsync());

            string[] states = [.. node.All("state").Select(state => state.GetString()!)];
            output.WriteLine(string.Join(", ", states));
            Assert.Equal(Enumerable.Range(0, Messages), node.Numbers("received").Order());
            Assert.True(states.Count(state => state == "retrying") >= Kills, "The client did not notice every kill.");
            Assert.DoesNotContain("refused", states);
            Assert.Equal("stopped", states[^1]);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private Task<LocalHostProcess> StartAsync(int port) =>
        LocalHostProcess.StartAsync(
            ["--port", $"{port}", "--storage", azurite.ConnectionString, "--enable-auth", Key],
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "true",
                ["FuncComet__Token__SigningKey"] = "scenario-scenario-scenario-scenario",
            });
}
