using System.Net;

namespace FuncComet.EndToEnd.Tests;

/// <summary>What only Azure's storage does.</summary>
[Collection(OnAzure.Name)]
public sealed class AzureTests(TargetOnAzure target)
{
    [Fact]
    public async Task Push_WhenTheMailboxIsBeingDeleted_IsToldToComeBackInThirtySeconds()
    {
        var recipient = await DeleteMailboxAsync();
        var neighbour = Target.NewRecipient();

        using var pushed = await target.PostAsync($"push?rcpt={recipient}&rcpt={neighbour}", new StringContent("x"));

        var problem = await pushed.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "storage-unavailable");
        Assert.Equal("30", pushed.Header("Retry-After"));
        Assert.Equal(recipient, Assert.Single(problem.GetProperty("failed").EnumerateArray()).GetProperty("rcpt").GetString());
        Assert.Equal(neighbour, Assert.Single(problem.GetProperty("accepted").EnumerateArray()).GetProperty("rcpt").GetString());
    }

    // Long enough for the poll to publish where it waits, which would create the queue.
    [Fact]
    public async Task Poll_WhenTheMailboxIsBeingDeleted_WaitsAsIfThereWereNone()
    {
        var recipient = await DeleteMailboxAsync();

        using var polled = await target.PollAsync(recipient, timeout: 5);

        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Fact]
    public async Task Mailbox_WhenItIsBeingDeleted_IsEmpty()
    {
        var recipient = await DeleteMailboxAsync();

        using var shown = await target.GetAsync($"mailbox?rcpt={recipient}");
        using var emptied = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}", TestContext.Current.CancellationToken);

        Assert.False((await shown.JsonAsync()).GetProperty("exists").GetBoolean());
        Assert.Equal(HttpStatusCode.NoContent, emptied.StatusCode);
    }

    [Fact]
    public async Task Delete_WhenTheStorageNeedsSeveralRequests_EmptiesTheMailbox()
    {
        var recipient = Target.NewRecipient();
        foreach (var number in Enumerable.Range(0, 9))
        {
            using var pushed = await target.PushAsync(recipient, $"{number}");
        }

        using var emptied = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, emptied.StatusCode);
        using var shown = await target.GetAsync($"mailbox?rcpt={recipient}");
        Assert.Equal(0, (await shown.JsonAsync()).GetProperty("messages").GetInt32());
    }

    private async Task<string> DeleteMailboxAsync()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "x");
        await (await target.FindMailboxAsync(recipient))!.DeleteAsync(TestContext.Current.CancellationToken);
        return recipient;
    }
}
