using System.Net;

namespace FuncComet.EndToEnd.Tests;

public class MailboxTests(Target target)
{
    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Get_WhenTheMailboxDoesNotExist_SaysSo()
    {
        var recipient = Target.NewRecipient();

        Assert.Equal((recipient, 0, false), await ShowAsync(recipient));
    }

    [Fact]
    public async Task Get_WhenMessagesAreStored_CountsThem()
    {
        var recipient = Target.NewRecipient();
        foreach (var text in new[] { "1", "2", "3" })
        {
            using var pushed = await target.PushAsync(recipient, text);
        }

        Assert.Equal((recipient, 3, true), await ShowAsync(recipient));
    }

    [Fact]
    public async Task Delete_WhenMessagesAreStored_EmptiesTheMailboxAndAcceptsPushesAfterwards()
    {
        var recipient = Target.NewRecipient();
        using var before = await target.PushAsync(recipient, "before");

        using var deleted = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        deleted.AssertNoStore();
        Assert.Equal((recipient, 0, true), await ShowAsync(recipient));
        using var after = await target.PushAsync(recipient, "after");
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
        using var polled = await target.PollAsync(recipient);
        Assert.Equal("after", await polled.TextAsync());
    }

    [Fact]
    public async Task Delete_WhenTheMailboxDoesNotExist_Succeeds()
    {
        using var deleted = await target.Http.DeleteAsync($"mailbox?rcpt={Target.NewRecipient()}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Call_WithoutARecipient_IsRefused(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "mailbox");
        using var answer = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    private async Task<(string? Recipient, int Messages, bool Exists)> ShowAsync(string recipient)
    {
        using var answer = await target.GetAsync($"mailbox?rcpt={recipient}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        answer.AssertNoStore();
        var mailbox = await answer.JsonAsync();
        return (
            mailbox.GetProperty("rcpt").GetString(),
            mailbox.GetProperty("messages").GetInt32(),
            mailbox.GetProperty("exists").GetBoolean());
    }
}
