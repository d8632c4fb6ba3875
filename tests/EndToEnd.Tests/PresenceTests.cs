using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Whether anybody waits for a recipient, and when they last did.</summary>
public sealed class PresenceTests(Target target)
{
    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Get_ForSomebodyWhoHasNeverPolled_SaysSo()
    {
        var recipient = Target.NewRecipient();

        Assert.Equal($$"""{"presence":[{"rcpt":"{{recipient}}","waiting":false,"lastSeen":null}]}""", await AskAsync(recipient));
    }

    [Fact]
    public async Task Get_WhileAPollIsHeld_SaysSo_AndWhenItHasEndedRemembersTheTime()
    {
        var (recipient, other) = (Target.NewRecipient(), Target.NewRecipient());
        var poll = target.PollAsync(recipient, timeout: 60);

        await Await.UntilAsync(() => target.IsWaitingAsync(recipient), "the poll to be known");
        using var both = await target.GetAsync($"presence?rcpt={other}&rcpt={recipient}&rcpt={other}");
        both.AssertNoStore();
        var presence = (await both.JsonAsync()).GetProperty("presence").EnumerateArray().ToList();
        Assert.Equal([other, recipient], presence.Select(each => each.GetProperty("rcpt").GetString()));
        Assert.Equal([false, true], presence.Select(each => each.GetProperty("waiting").GetBoolean()));
        AssertIsAboutNow(presence[1]);

        // Held for long enough to be published.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        using var pushed = await target.PushAsync(recipient, "come back");
        using var polled = await poll;
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        await Await.UntilAsync(async () => !await target.IsWaitingAsync(recipient), "the end of the poll to be known");
        AssertIsAboutNow((await MailboxAsync(recipient)).RootElement);
    }

    [Fact]
    public async Task Push_ThatAsks_IsToldWhetherAPollWaits()
    {
        var (recipient, other) = (Target.NewRecipient(), Target.NewRecipient());
        var poll = target.PollAsync(recipient, timeout: 60);
        await Await.UntilAsync(() => target.IsWaitingAsync(recipient), "the poll to be known");

        using var pushed = await target.PushAsync(recipient, new StringContent("hello"), $"&rcpt={other}&presence=true");

        Assert.Equal([true, false], (await pushed.AcceptedAsync()).Select(copy => copy.GetProperty("waiting").GetBoolean()));
        using var polled = await poll;
        Assert.Equal("hello", await polled.TextAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("&presence=false")]
    public async Task Push_ThatDoesNotAsk_IsNotTold(string more)
    {
        using var pushed = await target.PushAsync(Target.NewRecipient(), new StringContent("hello"), more);

        Assert.False(Assert.Single(await pushed.AcceptedAsync()).TryGetProperty("waiting", out _));
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("yes")]
    [InlineData("")]
    [InlineData("True")]
    [InlineData("true&presence=false")]
    public async Task Push_WithAnythingElse_IsRefused(string value)
    {
        using var refused = await target.PushAsync(Target.NewRecipient(), new StringContent("hello"), $"&presence={value}");

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "presence");
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Get_WithoutARecipientOrWithTooMany_IsRefused()
    {
        using var nobody = await target.GetAsync("presence");
        await nobody.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");

        var recipients = string.Join('&', Enumerable.Range(0, 101).Select(number => $"rcpt=e2e-{number}"));
        using var many = await target.GetAsync($"presence?{recipients}");
        await many.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    private static void AssertIsAboutNow(JsonElement presence)
    {
        var lastSeen = presence.GetProperty("lastSeen").GetDateTimeOffset();
        Assert.Equal(0, lastSeen.Second);
        Assert.InRange(lastSeen, DateTimeOffset.UtcNow.AddMinutes(-3), DateTimeOffset.UtcNow.AddMinutes(2));
    }

    private async Task<string> AskAsync(string recipient)
    {
        using var answer = await target.GetAsync($"presence?rcpt={recipient}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.TextAsync();
    }

    private async Task<JsonDocument> MailboxAsync(string recipient)
    {
        using var answer = await target.GetAsync($"mailbox?rcpt={recipient}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.TextAsync());
    }
}
