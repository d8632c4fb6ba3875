using System.Net;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>What an operator sees of a mailbox's messages.</summary>
public class ShownMessagesTests(Target target)
{
    [Fact]
    public async Task Get_ShowsWhatWasPushed_AndTakesNothing()
    {
        var recipient = $"größe {Target.NewRecipient()}";
        using var content = new StringContent("grüß dich");
        content.Headers.Add("Idempotency-Key", "order-17");
        using var pushed = await target.PushAsync(recipient, content, "&ttl=600");
        var id = Assert.Single(await pushed.AcceptedAsync()).GetProperty("id").GetString();

        var shown = Assert.Single(await ShowAsync(recipient));
        Assert.Equal(
            ["id", "time", "deliveries", "contentType", "size", "key", "expires"], shown.EnumerateObject().Select(member => member.Name));
        Assert.Equal(id, shown.GetProperty("id").GetString());
        Assert.Equal(0, shown.GetProperty("deliveries").GetInt32());
        Assert.Equal("text/plain; charset=utf-8", shown.GetProperty("contentType").GetString());
        Assert.Equal(11, shown.GetProperty("size").GetInt32());
        Assert.Equal("order-17", shown.GetProperty("key").GetString());
        var life = shown.GetProperty("expires").GetDateTimeOffset() - shown.GetProperty("time").GetDateTimeOffset();
        Assert.InRange(life, TimeSpan.FromSeconds(540), TimeSpan.FromSeconds(660));

        using var polled = await target.PollAsync(recipient);
        Assert.Equal(("grüß dich", "1"), (await polled.TextAsync(), polled.Header("Comet-Deliveries")));
        Assert.Empty(await ShowAsync(recipient));
    }

    [Fact]
    public async Task Get_WithBodies_ShowsThemAsABatchDoes()
    {
        var recipient = Target.NewRecipient();
        using var text = await target.PushAsync(recipient, """{"a":"grüß"}"""u8.ToArray(), "application/json");
        using var bytes = await target.PushAsync(recipient, [0, 255], "application/x-test");

        var shown = await ShowAsync(recipient, "&bodies=true");
        var ofText = Assert.Single(shown, each => each.TryGetProperty("text", out _));
        Assert.Equal("""{"a":"grüß"}""", ofText.GetProperty("text").GetString());
        var ofBytes = Assert.Single(shown, each => each.TryGetProperty("base64", out _));
        Assert.Equal("AP8=", ofBytes.GetProperty("base64").GetString());
        Assert.Single(await ShowAsync(recipient, "&max=1"));
    }

    [Fact]
    public async Task Get_OfForeignAndUnreadableMessages_SaysSo()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "first");
        using var polled = await target.PollAsync(recipient);
        var mailbox = (await target.FindMailboxAsync(recipient))!;
        await mailbox.SendMessageAsync("from another program", TestContext.Current.CancellationToken);
        await mailbox.SendMessageAsync("FCv2AZqxwtPkf1qLbH2OnwobLAAA", TestContext.Current.CancellationToken);

        var shown = await ShowAsync(recipient, "&bodies=true");

        var foreign = Assert.Single(shown, each => each.TryGetProperty("foreign", out _));
        Assert.Equal("from another program", foreign.GetProperty("text").GetString());
        var unreadable = Assert.Single(shown, each => each.TryGetProperty("unreadable", out _));
        Assert.Equal("FCv2AZqxwtPkf1qLbH2OnwobLAAA", unreadable.GetProperty("text").GetString());
        Assert.Equal(2, shown.Count);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Get_WhenTheMailboxDoesNotExist_ShowsNothing() => Assert.Empty(await ShowAsync(Target.NewRecipient()));

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("max=1", "rcpt", "bad-recipient")]
    [InlineData("rcpt=a&max=0", "max", "bad-parameter")]
    [InlineData("rcpt=a&max=33", "max", "bad-parameter")]
    [InlineData("rcpt=a&bodies=1", "bodies", "bad-parameter")]
    public async Task Get_WithAnythingElse_IsRefused(string query, string parameter, string code)
    {
        using var refused = await target.GetAsync($"mailbox/messages?{query}");

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, code, parameter);
    }

    private async Task<List<JsonElement>> ShowAsync(string recipient, string more = "")
    {
        using var answer = await target.GetAsync($"mailbox/messages?rcpt={Uri.EscapeDataString(recipient)}{more}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        answer.AssertNoStore();
        Assert.Equal(recipient, (await answer.JsonAsync()).GetProperty("rcpt").GetString());
        return await answer.MessagesAsync();
    }
}
