using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>The JavaScript client in Node against LocalHost, which is killed under it.</summary>
public sealed class NodeScenarioTests(ITestOutputHelper output, Azurite azurite) : IClassFixture<Azurite>
{
    private const string Key = "scenario";
    private const string Recipient = "node";
    private const int Messages = 200;
    private const int Kills = 4;

    [Fact]
    public async Task PushAndSubscribe_WithLocalHostKilledInTheMiddle_LoseNothingAndShowNothingTwice()
    {
        var host = await StartAsync(port: 0);
        var url = host.Url;
        try
        {
            using var node = Process.Start(new ProcessStartInfo(
                "node",
                ["tests/JavaScript.Tests/scenario.mjs", url.ToString().TrimEnd('/'), Key, Recipient, Messages.ToString(CultureInfo.InvariantCulture)])
            {
                WorkingDirectory = RepositoryRoot.Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            try
            {
                var said = Listen(node);
                for (var kill = 1; kill <= Kills; kill++)
                {
                    await Await.UntilAsync(() => Received(said).Count >= Messages * kill / (Kills + 1), $"messages before kill {kill}, {Received(said).Count} came");
                    await host.KillAsync();
                    host = await StartAsync(url.Port);
                }

                await Await.UntilAsync(() => All(said, "pushed").Any(), "every push");
                await Await.UntilAsync(() => Received(said).Distinct().Count() == Messages, "every message");

                // What is acknowledged cannot come again, so nothing is shown twice any more.
                await UntilTheMailboxIsEmptyAsync(url);
                node.StandardInput.Close();
                await node.WaitForExitAsync(TestContext.Current.CancellationToken).Bounded();

                output.WriteLine(string.Join(", ", States(said)));
                Assert.Equal(0, node.ExitCode);
                Assert.Equal(Enumerable.Range(0, Messages), Received(said).Order());
                Assert.True(States(said).Count(state => state == "retrying") >= Kills, "Each kill is noticed.");
                Assert.DoesNotContain("refused", States(said));
                Assert.Equal("stopped", States(said)[^1]);
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
        var said = new ConcurrentQueue<JsonElement>();
        node.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                said.Enqueue(JsonElement.Parse(line.Data));
            }
        };
        node.BeginOutputReadLine();
        return said;
    }

    private static List<int> Received(IEnumerable<JsonElement> said) => [.. All(said, "received").Select(number => number.GetInt32())];

    private static List<string> States(IEnumerable<JsonElement> said) => [.. All(said, "state").Select(state => state.GetString()!)];

    private static IEnumerable<JsonElement> All(IEnumerable<JsonElement> said, string name)
    {
        foreach (var line in said)
        {
            if (line.TryGetProperty(name, out var value))
            {
                yield return value;
            }
        }
    }

    private Task<LocalHostProcess> StartAsync(int port) =>
        LocalHostProcess.StartAsync(
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--storage", azurite.ConnectionString, "--enable-auth", Key],
            new Dictionary<string, string> { ["FuncComet__Token__Required"] = "true", ["FuncComet__Token__SigningKey"] = "scenario-scenario-scenario-scenario" });

    private static async Task UntilTheMailboxIsEmptyAsync(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Add("x-functions-key", Key);
        await Await.UntilAsync(
            async () => (await http.GetFromJsonAsync<JsonElement>($"mailbox?rcpt={Recipient}", TestContext.Current.CancellationToken)).GetProperty("messages").GetInt32() == 0,
            "an empty mailbox");
    }
}
