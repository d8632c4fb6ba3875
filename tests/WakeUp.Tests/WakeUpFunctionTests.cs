using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FuncComet.Testing;
using Lib.Net.Http.WebPush;

namespace FuncComet.WakeUp.Tests;

/// <summary>The function of docs/wake-up.md, with notes that FuncComet has written, against a push service.</summary>
public sealed class WakeUpFunctionTests(WakeUpApp app) : IAsyncLifetime
{
    private readonly string _recipient = WakeUpApp.NewRecipient();
    private SubscribedBrowser _browser = null!;

    private IReadOnlyList<PushedCall> Calls => app.Service.CallsTo(_recipient);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _browser = NewBrowser("phone");
        app.Subscriptions.Kept[_recipient] = [_browser.Subscription];
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Run_WhenAMessageWaitsAndNobodyPolls_SendsACallThatOnlyTheBrowserCanRead()
    {
        await app.PushAsync(_recipient);

        await app.RunAsync(await app.NoteAsync(_recipient));

        var call = Assert.Single(Calls);
        Assert.Equal($"/{_recipient}/phone", call.Path);
        Assert.Equal("aes128gcm", call.Headers["Content-Encoding"]);
        Assert.Equal($$"""{"rcpt":"{{_recipient}}"}""", _browser.Decrypt(call.Body));
        Assert.Equal(("86400", "high", "wake-up"), (call.Headers["TTL"], call.Headers["Urgency"], call.Headers["Topic"]));
        using var other = NewBrowser("other");
        Assert.ThrowsAny<CryptographicException>(() => other.Decrypt(call.Body));
    }

    [Fact]
    public async Task Run_WhenItSendsACall_SignsItForThisPushService()
    {
        await app.PushAsync(_recipient);

        await app.RunAsync(await app.NoteAsync(_recipient));

        var call = Assert.Single(Calls);
        var (token, key) = call.Vapid;
        Assert.Equal(app.PublicKey, key);
        Assert.True(IsSignedBy(key, token));
        Assert.Equal(PushService.Origin, call.Claims.GetProperty("aud").GetString());
        Assert.Equal("mailto:operator@app.example", call.Claims.GetProperty("sub").GetString());

        // RFC 8292 allows at most a day.
        var left = DateTimeOffset.FromUnixTimeSeconds(call.Claims.GetProperty("exp").GetInt64()) - DateTimeOffset.UtcNow;
        Assert.InRange(left, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Run_WhenTheMessageHasBeenRead_SendsNothing()
    {
        await app.PushAsync(_recipient);
        var note = await app.NoteAsync(_recipient);
        Assert.Equal("hello", await app.FuncComet.GetStringAsync($"poll?rcpt={_recipient}&timeout=0", CancellationToken).Bounded());

        // The app deletes the message after it has written the answer.
        await Await.UntilAsync(async () => (await MailboxAsync()).GetProperty("messages").GetInt64() == 0, "an empty mailbox");
        await app.RunAsync(note);

        Assert.Empty(Calls);
    }

    [Fact]
    public async Task Run_WhenSomebodyPollsByNow_SendsNothing()
    {
        await app.PushAsync(_recipient);
        var note = await app.NoteAsync(_recipient);

        // The first poll leases the message and does not acknowledge it. The second finds nothing and waits.
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        await app.FuncComet.GetStringAsync($"poll?rcpt={_recipient}&timeout=0&lease=600", CancellationToken).Bounded();
        var poll = app.FuncComet.GetAsync($"poll?rcpt={_recipient}&timeout=60", leaving.Token);
        await Await.UntilAsync(async () => (await MailboxAsync()).GetProperty("waiting").GetBoolean(), "a poll that waits");
        Assert.Equal(1, (await MailboxAsync()).GetProperty("messages").GetInt64());

        await app.RunAsync(note);

        Assert.Empty(Calls);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll.Bounded());
    }

    [Fact]
    public async Task Run_WhenThePushServiceNoLongerKnowsABrowser_ForgetsIt()
    {
        app.Service.Answers[$"/{_recipient}/phone"] = (int)HttpStatusCode.Gone;
        using var laptop = NewBrowser("laptop");
        app.Subscriptions.Kept[_recipient].Add(laptop.Subscription);
        await app.PushAsync(_recipient);

        await app.RunAsync(await app.NoteAsync(_recipient));

        Assert.Equal([laptop.Subscription], app.Subscriptions.Kept[_recipient]);
        Assert.Equal([$"/{_recipient}/laptop", $"/{_recipient}/phone"], Calls.Select(call => call.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WhenAPushServiceFails_CallsTheOthersAndThrows_SoThatTheTriggerRepeatsTheNote()
    {
        app.Service.Answers[$"/{_recipient}/phone"] = (int)HttpStatusCode.ServiceUnavailable;
        using var laptop = NewBrowser("laptop");
        app.Subscriptions.Kept[_recipient].Add(laptop.Subscription);
        await app.PushAsync(_recipient);
        var note = await app.NoteAsync(_recipient);

        await Assert.ThrowsAsync<PushServiceClientException>(() => app.RunAsync(note));

        Assert.Contains($"/{_recipient}/laptop", Calls.Select(call => call.Path));
        Assert.Equal(2, app.Subscriptions.Kept[_recipient].Count);
    }

    private SubscribedBrowser NewBrowser(string name) => new($"{PushService.Origin}/{_recipient}/{name}");

    private async Task<JsonElement> MailboxAsync() =>
        JsonElement.Parse(await app.FuncComet.GetStringAsync($"mailbox?rcpt={_recipient}", CancellationToken).Bounded());

    private static bool IsSignedBy(string publicKey, string token)
    {
        var point = Base64Url.DecodeFromChars(publicKey);
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..33], Y = point[33..] },
        });
        var parts = token.Split('.');
        return key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256);
    }
}
