using System.Net;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>The list of mailboxes. Other tests' mailboxes are in it too, and come and go meanwhile.</summary>
public class MailboxListTests(Target target)
{
    [Fact]
    public async Task Get_PartByPart_ListsEachRecipientOnce()
    {
        string[] recipients = [Target.NewRecipient(), $"größe {Target.NewRecipient()}", $"用户 🚀 {Target.NewRecipient()}"];
        foreach (var recipient in recipients)
        {
            using var pushed = await target.PushAsync(recipient, "hello");
        }

        var listed = await ListAsync("max=20");

        foreach (var recipient in recipients)
        {
            var mailbox = Assert.Single(listed, mailbox => mailbox.GetProperty("rcpt").GetString() == recipient);
            Assert.Equal(["rcpt"], mailbox.EnumerateObject().Select(member => member.Name));
        }
    }

    [Fact]
    public async Task Get_WhenQueuesAreNoMailboxes_LeavesThemOut()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        var mailbox = (await target.FindMailboxAsync(recipient))!.Name;
        var claimed = Target.NewRecipient();

        // One of another program, and one whose name is not the hash of the recipient that it claims.
        var token = TestContext.Current.CancellationToken;
        var ofOthers = target.Storage.GetQueueClient($"{mailbox.Split('-')[0]}-{Guid.NewGuid():N}");
        await ofOthers.CreateAsync(cancellationToken: token);
        var impostor = target.Storage.GetQueueClient($"{mailbox.Split('-')[0]}-{Guid.NewGuid():N}{Guid.NewGuid():N}"[..mailbox.Length]);
        await impostor.CreateAsync(new Dictionary<string, string> { ["recipient"] = claimed }, token);
        try
        {
            var listed = (await ListAsync("max=20")).ConvertAll(each => each.GetProperty("rcpt").GetString());

            Assert.Single(listed, recipient);
            Assert.DoesNotContain(claimed, listed);
        }
        finally
        {
            await ofOthers.DeleteAsync(token);
            await impostor.DeleteAsync(token);
        }
    }

    [Fact]
    public async Task Get_WithCounts_TellsMessagesAndPresence()
    {
        var recipient = Target.NewRecipient();
        using var first = await target.PushAsync(recipient, "1");
        using var hidden = await target.PushAsync(recipient, new StringContent("2"), "&delay=600");

        var mailbox = Assert.Single(
            await ListAsync("max=100&counts=true"), mailbox => mailbox.GetProperty("rcpt").GetString() == recipient);

        Assert.Equal(2, mailbox.GetProperty("messages").GetInt32());
        Assert.False(mailbox.GetProperty("waiting").GetBoolean());
        Assert.Equal(JsonValueKind.Null, mailbox.GetProperty("lastSeen").ValueKind);
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("max=0", "max")]
    [InlineData("max=1001", "max")]
    [InlineData("max=101&counts=true", "max")]
    [InlineData("counts=yes", "counts")]
    [InlineData("after=", "after")]
    [InlineData("after=a", "after")]
    [InlineData("after=YWJj", "after")]
    [InlineData("after=gr%C3%BC%C3%9F", "after")]
    public async Task Get_WithAnythingElse_IsRefused(string query, string parameter)
    {
        using var refused = await target.GetAsync($"mailboxes?{query}");

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", parameter);
    }

    private async Task<List<JsonElement>> ListAsync(string query)
    {
        var listed = new List<JsonElement>();
        var after = "";
        do
        {
            using var answer = await target.GetAsync($"mailboxes?{query}{after}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.AssertNoStore();
            var page = await answer.JsonAsync();
            listed.AddRange(page.GetProperty("mailboxes").EnumerateArray());
            after = page.TryGetProperty("next", out var next) ? $"&after={next.GetString()}" : "";
        }
        while (after.Length > 0);

        return listed;
    }
}
