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

    [Fact]
    public async Task Push_AfterAnErasure_IsToldToComeBackInThirtySeconds()
    {
        var recipient = Target.NewRecipient();
        using var before = await target.PushAsync(recipient, "x");
        using var erased = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}&erase=true", TestContext.Current.CancellationToken);
        using var again = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}&erase=true", TestContext.Current.CancellationToken);

        using var pushed = await target.PushAsync(recipient, "x");

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (erased.StatusCode, again.StatusCode));
        await pushed.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "storage-unavailable");
        Assert.Equal("30", pushed.Header("Retry-After"));
    }

    // The storage client tries again, and the storage refuses the pop receipt that its first try has used up.
    [Fact]
    public async Task Lease_WhenTheAnswerToItsRenewalIsLost_HasExpired_AndTheMessageComesAgainMarked()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await target.GetAsync($"poll?rcpt={recipient}&timeout=10&lease=600");
        target.Azure.LoseNextUpdateAnswer(recipient);

        using var renewed = await target.PostAsync(
            $"lease?rcpt={recipient}&seconds=5&receipt={leased.Header("Comet-Receipt")}", new ByteArrayContent([]));

        await renewed.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
        using var again = await target.GetAsync($"poll?rcpt={recipient}&timeout=30&lease=60");
        Assert.Equal("2", again.Header("Comet-Deliveries"));
        Assert.Equal(leased.Header("Comet-Message-Id"), again.Header("Comet-Message-Id"));
    }

    [Fact]
    public async Task Lease_WhenTheMailboxIsBeingDeleted_HasExpired()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await target.GetAsync($"poll?rcpt={recipient}&timeout=10&lease=60");
        await (await target.FindMailboxAsync(recipient))!.DeleteAsync(TestContext.Current.CancellationToken);

        using var renewed = await target.PostAsync(
            $"lease?rcpt={recipient}&seconds=60&receipt={leased.Header("Comet-Receipt")}", new ByteArrayContent([]));

        await renewed.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
    }

    private async Task<string> DeleteMailboxAsync()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "x");
        await (await target.FindMailboxAsync(recipient))!.DeleteAsync(TestContext.Current.CancellationToken);
        return recipient;
    }
}
