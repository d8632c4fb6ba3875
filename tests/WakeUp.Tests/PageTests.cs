using System.Text.Json;
using FuncComet.LocalHost;
using FuncComet.Testing;
using Lib.Net.Http.WebPush;

namespace FuncComet.WakeUp.Tests;

/// <summary>The page and the service worker of docs/wake-up.md, run by Node.js, with what a browser and FuncComet give them.</summary>
public sealed class PageTests(WakeUpApp app)
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Folder, "samples", "WakeUp", "page");

    private readonly string _recipient = WakeUpApp.NewRecipient();

    [Fact]
    public async Task ServiceWorker_WhenACallComes_ShowsAndAcknowledgesAllMessages()
    {
        using var browser = new SubscribedBrowser($"{PushService.Origin}/{_recipient}/phone");
        app.Subscriptions.Kept[_recipient] = [browser.Subscription];
        await app.PushAsync(_recipient, "one");
        await app.PushAsync(_recipient, "two");
        await app.RunAsync(await app.NoteAsync(_recipient));
        var call = browser.Decrypt(Assert.Single(app.Service.CallsTo(_recipient)).Body);

        var shown = await RunServiceWorkerAsync(call);

        Assert.Equal(["one", "two"], shown.EnumerateArray().Select(notification => notification.GetProperty("title").GetString()));
        Assert.Equal(2, shown.EnumerateArray().Select(notification => notification.GetProperty("tag").GetString()).Distinct().Count());
        var mailbox = JsonElement.Parse(
            await app.FuncComet.GetStringAsync($"mailbox?rcpt={_recipient}", TestContext.Current.CancellationToken).Bounded());
        Assert.Equal(0, mailbox.GetProperty("messages").GetInt64());
    }

    [Fact]
    public async Task ServiceWorker_WhenTheMessagesHaveBeenRead_StillShowsANotification()
    {
        var shown = await RunServiceWorkerAsync($$"""{"rcpt":"{{_recipient}}"}""");

        Assert.Equal("You are up to date", Assert.Single(shown.EnumerateArray()).GetProperty("title").GetString());
    }

    [Fact]
    public async Task ServiceWorker_WhenThePollIsRefused_FailsAndDoesNotSayThatAllIsRead()
    {
        var done = await RunServiceWorkerOnAsync("""{"rcpt":""}""");

        Assert.Equal("no messages: 400", done.GetProperty("failure").GetString());
        Assert.Empty(done.GetProperty("shown").EnumerateArray());
    }

    [Fact]
    public async Task Page_WhenTheUserAllowsIt_SendsASubscriptionThatTheFunctionCanUse()
    {
        const string Subscription =
            """{"endpoint":"https://push.example/1","expirationTime":null,"keys":{"p256dh":"BKey","auth":"c2VjcmV0"}}""";

        var done = await RunAsync("run-page.mjs", "wake-up.js", "granted", Subscription);

        Assert.True(done.GetProperty("result").GetBoolean());
        Assert.Equal("/sw.js", done.GetProperty("registered").GetString());
        Assert.Equal(
            """{"userVisibleOnly":true,"applicationServerKey":"the public key"}""", done.GetProperty("options").GetRawText());
        var sent = Assert.Single(done.GetProperty("sent").EnumerateArray());
        Assert.Equal(("/subscriptions", "POST"), (sent.GetProperty("url").GetString(), sent.GetProperty("method").GetString()));
        var kept = JsonSerializer.Deserialize<PushSubscription>(sent.GetProperty("body").GetString()!, JsonSerializerOptions.Web)!;
        Assert.Equal("https://push.example/1", kept.Endpoint);
        Assert.Equal("BKey", kept.GetKey(PushEncryptionKeyName.P256DH));
        Assert.Equal("c2VjcmV0", kept.GetKey(PushEncryptionKeyName.Auth));
    }

    [Fact]
    public async Task Page_WhenTheUserRefuses_RegistersAndSendsNothing()
    {
        var done = await RunAsync("run-page.mjs", "wake-up.js", "denied", "{}");

        Assert.False(done.GetProperty("result").GetBoolean());
        Assert.False(done.TryGetProperty("registered", out _));
        Assert.Empty(done.GetProperty("sent").EnumerateArray());
    }

    private async Task<JsonElement> RunServiceWorkerAsync(string call)
    {
        var done = await RunServiceWorkerOnAsync(call);
        Assert.False(done.TryGetProperty("failure", out var failure), $"{failure}");
        return done.GetProperty("shown");
    }

    private Task<JsonElement> RunServiceWorkerOnAsync(string call) =>
        RunAsync("run-service-worker.mjs", "sw.js", $"{app.FuncComet.BaseAddress}", call);

    private static async Task<JsonElement> RunAsync(string runner, string script, params string[] arguments)
    {
        var path = Path.Combine(RepositoryRoot.Folder, "tests", "WakeUp.Tests", runner);
        var result = await ProgramResult.OfAsync("node", [path, Path.Combine(Folder, script), .. arguments]).Bounded();
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonElement.Parse(result.Output);
    }
}
