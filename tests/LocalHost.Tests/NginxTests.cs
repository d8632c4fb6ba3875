using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>What docs/proxies.md says of nginx. Each app has one poll, in plain mode.</summary>
public sealed class NginxTests(Azurite azurite)
{
    private static readonly TimeSpan NoLimit = TimeSpan.FromMinutes(2);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Poll_WhenItsClientLeavesNginx_EndsAndTakesNoMessage()
    {
        await using var host = await StartAsync();
        await using var nginx = await Nginx.StartAsync(host.Url, NoLimit);
        var recipient = Named.NewRecipient().Name;
        using var app = new ApiClient(host.Url);

        await PollAndLeaveAsync(nginx.Url, recipient, app);

        await UntilHeldAsync(app, 0);
        await app.PushAcceptedAsync(recipient, "hello");
        using var answer = await app.PollAsync(recipient, timeout: 20).Bounded();
        Assert.Equal("hello", await answer.TextAsync());
    }

    // nginx closes its connection when it has read an answer for nobody. On a busy machine the app may see that before it sees that its
    // answer was written, and keep the message. So this is tried a few times.
    [Fact]
    public async Task Poll_WhenNginxIgnoresThatItsClientLeaves_IsHeldAndTakesAMessage()
    {
        const int Tries = 10;
        await using var host = await StartAsync();
        await using var nginx = await Nginx.StartAsync(host.Url, NoLimit, ignoresLeaving: true);
        using var app = new ApiClient(host.Url);

        for (var left = Tries; ; left--)
        {
            Assert.NotEqual(0, left);
            var recipient = Named.NewRecipient().Name;
            await PollAndLeaveAsync(nginx.Url, recipient, app);
            await app.PushAcceptedAsync(recipient, "hello");
            await UntilHeldAsync(app, 0);
            using var kept = await app.PollAsync(recipient, timeout: 2).Bounded();
            if (kept.StatusCode == HttpStatusCode.NoContent)
            {
                Assert.Equal(0, (await JsonAsync(app, $"mailbox?rcpt={recipient}")).GetProperty("messages").GetInt32());
                break;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Poll_AtNginxsLimit_IsAnswered504AndEnds(bool isSecure)
    {
        await using var host = await StartAsync();
        await using var nginx = await Nginx.StartAsync(host.Url, limit: TimeSpan.FromSeconds(1));
        using var app = new ApiClient(host.Url);
        using var http = new HttpClient(nginx.NewHandler());
        using var poll = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(isSecure ? nginx.SecureUrl : nginx.Url, $"poll?rcpt={Named.NewRecipient().Name}&timeout=60"))
        {
            Version = isSecure ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var cut = await http.SendAsync(poll, CancellationToken).Bounded();

        Assert.Equal(
            (HttpStatusCode.GatewayTimeout, poll.Version, "text/html"),
            (cut.StatusCode, cut.Version, cut.Content.Headers.ContentType?.MediaType));
        await UntilHeldAsync(app, 0);
    }

    private static async Task PollAndLeaveAsync(Uri url, string recipient, ApiClient app)
    {
        using var leaving = new CancellationTokenSource();
        using var client = new ApiClient(url);
        var poll = client.PollAndLeaveAsync(recipient, timeout: 60, leaving.Token);
        await UntilHeldAsync(app, 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll.Bounded());
    }

    private static Task UntilHeldAsync(ApiClient app, int polls) => Await.UntilAsync(
        async () => (await JsonAsync(app, "about")).GetProperty("polls").GetProperty("held").GetInt32() == polls,
        $"{polls} held polls");

    private static async Task<JsonElement> JsonAsync(ApiClient app, string target)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, target);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken);
    }

    private Task<LocalHostProcess> StartAsync() => LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
}
