using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class FullMailboxTests(Azurite azurite)
{
    [Fact]
    public async Task Push_ToAFullMailbox_IsRefusedUntilThereIsRoom()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Mailbox__MaxDepth"] = "40" });
        using var client = new ApiClient(host.Url);

        var accepted = 0;
        var refused = await client.PushAsync("full", "x");
        while (refused.StatusCode == HttpStatusCode.Accepted && accepted < 100)
        {
            accepted++;
            refused = await client.PushAsync("full", "x");
        }

        Assert.Equal(40, accepted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("5", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Contains("urn:funccomet:mailbox-full", await refused.TextAsync(), StringComparison.Ordinal);
        using var cleared = await client.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "mailbox?rcpt=full"));
        await client.PushAcceptedAsync("full", "room again");
    }
}
