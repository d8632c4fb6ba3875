using System.Net;
using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>The erasure of a recipient.</summary>
public class ErasureTests(Target target)
{
    [Fact]
    public async Task Delete_WithErase_DeletesTheQueueThatHasTheName()
    {
        var (recipient, other) = (Target.NewRecipient(), Target.NewRecipient());
        using var pushed = await target.PushAsync(recipient, "hello");
        using var toOther = await target.PushAsync(other, "hello");
        Assert.NotNull(await target.FindMailboxAsync(recipient));

        await EraseAsync(recipient);

        Assert.Null(await target.FindMailboxAsync(recipient));
        Assert.NotNull(await target.FindMailboxAsync(other));
    }

    [Fact]
    public async Task Delete_WithErase_DeletesTheDeadLetters()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "first");
        using var first = await target.PollAsync(recipient);
        var mailbox = (await target.FindMailboxAsync(recipient))!;
        await mailbox.SendMessageAsync("FCv2AZqxwtPkf1qLbH2OnwobLAAA", TestContext.Current.CancellationToken);
        using var polled = await target.PollAsync(recipient, timeout: 1);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
        var letters = target.Storage.GetQueueClient(Named.Recipient(recipient).DeadLetterQueueName(mailbox.Name.Split('-')[0]));
        await Await.UntilAsync(async () => await letters.ExistsAsync(TestContext.Current.CancellationToken), "the dead letter");

        await EraseAsync(recipient);

        Assert.Empty(target.Storage.GetQueues(prefix: letters.Name, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Delete_WithErase_EndsThePollsOfTheRecipient()
    {
        var recipient = Target.NewRecipient();
        var poll = target.PollAsync(recipient, timeout: 120);
        await Await.UntilAsync(() => target.IsWaitingAsync(recipient), "the poll to be known");

        await EraseAsync(recipient);

        using var polled = await poll.Bounded();
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    // Azure refuses the name of the deleted queue for 30 seconds. Azurite does not.
    [Fact]
    public async Task Push_AfterAnErasure_IsStoredOrToldToComeBack()
    {
        var recipient = Target.NewRecipient();
        using var before = await target.PushAsync(recipient, "before");
        await EraseAsync(recipient);

        using var pushed = await target.PushAsync(recipient, "after");

        if (pushed.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            Assert.Equal("30", pushed.Header("Retry-After"));
            return;
        }

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        using var polled = await target.PollAsync(recipient);
        Assert.Equal("after", await polled.TextAsync());
    }

    [Fact]
    public async Task Delete_WithErase_OfSomebodyWhoHasNothing_Succeeds() => await EraseAsync(Target.NewRecipient());

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Delete_WithAnythingElse_IsRefused()
    {
        using var refused = await target.Http.DeleteAsync(
            $"mailbox?rcpt={Target.NewRecipient()}&erase=yes", TestContext.Current.CancellationToken);

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "erase");
    }

    private async Task EraseAsync(string recipient)
    {
        // Not complete while letters are in the queue of earlier versions, where other tests put some.
        await Await.UntilAsync(
            async () =>
            {
                using var erased = await target.Http.DeleteAsync(
                    $"mailbox?rcpt={recipient}&erase=true", TestContext.Current.CancellationToken);
                erased.AssertNoStore();
                return erased.StatusCode == HttpStatusCode.NoContent;
            },
            "all of it to be erased");
    }
}
