using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>The log by message id, read as docs/operations.md says.</summary>
public sealed partial class MessageLogTests(Azurite azurite)
{
    [Fact]
    public async Task AMessage_IsFollowedFromItsPushToItsAcknowledgement()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Log__Messages"] = "true" });
        using var client = new ApiClient(host.Url);
        await client.PushAcceptedAsync("followed", "one before it");
        using var before = await client.PollAsync("followed", timeout: 30);

        var id = await PushAsync(client);
        var first = await LeaseAsync(client);
        using var renewed = await client.SendAsync(HttpMethod.Post, $"lease?rcpt=followed&seconds=120&receipt={first}");
        var newer = JsonElement.Parse(await renewed.TextAsync()).GetProperty("leases")[0].GetProperty("renewed").GetString();
        using var released = await client.SendAsync(HttpMethod.Post, $"lease?rcpt=followed&seconds=0&receipt={newer}");
        var second = await LeaseAsync(client);
        using var acknowledged = await client.SendAsync(HttpMethod.Post, $"ack?rcpt=followed&receipt={second}");
        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);

        await host.WaitForLineAsync(line => line.Contains("acknowledged: ", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        var lines = Line().Matches(string.Join('\n', host.Output));
        var storageIds = lines.Where(line => line.Groups["message"].Value == id).Select(line => line.Groups["storage"].Value).Distinct();
        var storageId = Assert.Single(storageIds);
        Assert.Equal(
            ["stored", "delivered", "renewed", "released", "delivered", "acknowledged"],
            lines.Where(line => line.Groups["storage"].Value == storageId).Select(line => line.Groups["step"].Value));
        Assert.DoesNotContain(host.Output, line => line.Contains("followed", StringComparison.Ordinal));
    }

    private static async Task<string> PushAsync(ApiClient client)
    {
        using var pushed = await client.PushAsync("followed", "hello");
        return JsonElement.Parse(await pushed.TextAsync()).GetProperty("accepted")[0].GetProperty("id").GetString()!;
    }

    private static async Task<string> LeaseAsync(ApiClient client)
    {
        using var polled = await client.SendAsync(HttpMethod.Get, "poll?rcpt=followed&timeout=30&lease=60");
        return Assert.Single(polled.Headers.GetValues("Comet-Receipt"));
    }

    [GeneratedRegex(
        "(?<step>[a-z][a-z ]*): (message (?<message>[0-9a-f]{32}), )?storage id (?<storage>[0-9a-f-]{36}), queue fc-[a-z2-7]{52}")]
    private static partial Regex Line();
}
