using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// A proxy stands between the app and the client, as on the Functions host. It has an answer completely when the client's connection is
/// cut, so the app counts the answer as written.
/// </summary>
public sealed class SecondHopTests(Azurite azurite)
{
    [Fact]
    public async Task Poll_InLeaseMode_WhenTheAnswerIsCutAfterTheProxy_GetsTheMessageAgain()
    {
        var recipient = Named.NewRecipient().Name;
        await using var host = await StartAsync();
        await using var hop = await SecondHop.StartAsync(host.Url);
        using var client = new ApiClient(hop.Url);
        await client.PushAcceptedAsync(recipient, "hello");

        hop.CutsAnswers = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => PollAsync(client, recipient));
        hop.CutsAnswers = false;
        using var again = await PollAsync(client, recipient).Bounded();

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
    }

    [Fact]
    public async Task Poll_InPlainMode_WhenTheAnswerIsCutAfterTheProxy_HasDeletedTheMessage()
    {
        var recipient = Named.NewRecipient().Name;
        await using var host = await StartAsync();
        await using var hop = await SecondHop.StartAsync(host.Url);
        using var client = new ApiClient(hop.Url);
        await client.PushAcceptedAsync(recipient, "hello");

        hop.CutsAnswers = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.PollAsync(recipient, timeout: 20));
        hop.CutsAnswers = false;

        await Await.UntilAsync(async () => await CountAsync(client, recipient) == 0, "the deletion of the message");
    }

    private static Task<HttpResponseMessage> PollAsync(ApiClient client, string recipient) =>
        client.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=20");

    private static async Task<int> CountAsync(ApiClient client, string recipient)
    {
        using var counted = await client.SendAsync(HttpMethod.Get, $"mailbox?rcpt={recipient}");
        var count = await counted.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return count.GetProperty("messages").GetInt32();
    }

    private Task<LocalHostProcess> StartAsync() => LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
}
