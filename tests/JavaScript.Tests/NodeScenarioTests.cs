using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.LocalHost;
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
            using var node = Process.Start(new ProcessStartInfo(
                "node",
                ["tests/JavaScript.Tests/scenario.mjs", url.ToString().TrimEnd('/'), Key, Recipient, $"{Messages}"])
            {
                WorkingDirectory = RepositoryRoot.Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            try
            {
                var printed = Listen(node);
                for (var kill = 1; kill <= Kills; kill++)
                {
                    var wanted = Messages * kill / (Kills + 1);
                    await Await.UntilAsync(() => Received(printed).Count >= wanted, $"{wanted} messages received before kill {kill}");
                    await host.KillAsync();
                    host = await StartAsync(url.Port);
                }

                await Await.UntilAsync(() => All(printed, "pushed").Any(), "every push");
                await Await.UntilAsync(() => Received(printed).Distinct().Count() == Messages, "every message");

                // Once all messages are acknowledged, none can be delivered a second time.
                await UntilTheMailboxIsEmptyAsync(url);
                node.StandardInput.Close();
                await node.WaitForExitAsync(TestContext.Current.CancellationToken).Bounded();

                output.WriteLine(string.Join(", ", States(printed)));
                Assert.Equal(0, node.ExitCode);
                Assert.Equal(Enumerable.Range(0, Messages), Received(printed).Order());
                Assert.True(States(printed).Count(state => state == "retrying") >= Kills, "The client did not notice every kill.");
                Assert.DoesNotContain("refused", States(printed));
                Assert.Equal("stopped", States(printed)[^1]);
            }
            finally
            {
                if (!node.HasExited)
                {
                    node.Kill();
                }
            }
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static ConcurrentQueue<JsonElement> Listen(Process node)
    {
        var printed = new ConcurrentQueue<JsonElement>();
        node.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                printed.Enqueue(JsonElement.Parse(line.Data));
            }
        };
        node.BeginOutputReadLine();
        return printed;
    }

    private static List<int> Received(IEnumerable<JsonElement> printed) =>
        [.. All(printed, "received").Select(number => number.GetInt32())];

    private static List<string> States(IEnumerable<JsonElement> printed) =>
        [.. All(printed, "state").Select(state => state.GetString()!)];

    private static IEnumerable<JsonElement> All(IEnumerable<JsonElement> printed, string name)
    {
        foreach (var line in printed)
        {
            if (line.TryGetProperty(name, out var value))
            {
                yield return value;
            }
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

    private static async Task UntilTheMailboxIsEmptyAsync(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Add("x-functions-key", Key);
        await Await.UntilAsync(async () => await CountAsync() == 0, "an empty mailbox");

        async Task<int> CountAsync()
        {
            var mailbox = await http.GetFromJsonAsync<JsonElement>($"mailbox?rcpt={Recipient}", TestContext.Current.CancellationToken);
            return mailbox.GetProperty("messages").GetInt32();
        }
    }
}
