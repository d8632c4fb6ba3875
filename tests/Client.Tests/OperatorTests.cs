using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The calls of operators, against a LocalHost that requires the function key.</summary>
public sealed class OperatorTests(LocalApp app)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EraseAsync_WhenAMailboxHasMessages_LeavesNothingToListOrPeek()
    {
        var recipient = $"client-{Guid.NewGuid():N} & søn";
        await app.Server.PushAsync(recipient, new("hello") { Key = "order-17" }, CancellationToken);

        var listed = await app.Administration.ListMailboxesAsync(withCounts: true, CancellationToken)
            .SingleAsync(mailbox => mailbox.Recipient == recipient, CancellationToken);
        Assert.Equal(new MailboxEntry(recipient) { Messages = 1, IsWaiting = false }, listed);
        var peeked = Assert.Single(await app.Administration.PeekMessagesAsync(recipient, max: 1, withBodies: true, CancellationToken));
        Assert.Equal(("order-17", 0, 5), (peeked.Key, peeked.Deliveries, peeked.Size));
        Assert.Equal("hello"u8.ToArray(), peeked.Body!.Value.ToArray());
        Assert.InRange(peeked.Expires!.Value - peeked.Time, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7.1));

        Assert.True((await app.Administration.EraseAsync(recipient, CancellationToken)).IsComplete);

        Assert.Empty(await app.Administration.PeekMessagesAsync(recipient, cancellationToken: CancellationToken));
        Assert.DoesNotContain(
            recipient,
            await app.Administration.ListMailboxesAsync(cancellationToken: CancellationToken)
                .Select(mailbox => mailbox.Recipient)
                .ToListAsync(CancellationToken));
    }

    [Fact]
    public async Task RedriveAndPurge_WhenThereAreNoLetters_DoNothing()
    {
        var recipient = $"client-{Guid.NewGuid():N}";

        Assert.Equal(new RedriveResult(0, 0), await app.Administration.RedriveAsync(recipient, cancellationToken: CancellationToken));
        Assert.Equal(new PurgeResult(0, 0), await app.Administration.PurgeDeadLettersAsync(recipient, CancellationToken));
        Assert.Equal(0, (await app.Administration.ListDeadLettersAsync(recipient, cancellationToken: CancellationToken)).Count);
        var unknown = await Assert.ThrowsAsync<FuncCometException>(
            () => app.Administration.ListDeadLetterRecipientsAsync("bm9uc2Vuc2U", cancellationToken: CancellationToken).Bounded());
        Assert.Equal(("bad-parameter", "after"), (unknown.Code, unknown.Parameter));
    }

    [Fact]
    public async Task GetAboutAsync_WhenAPollIsHeld_CountsIt()
    {
        var recipient = $"client-{Guid.NewGuid():N}";
        using var leaving = new CancellationTokenSource();
        await app.Server.PushAsync(recipient, new("makes the mailbox"), CancellationToken);
        await using var messages = app.Recipient(TimeSpan.FromSeconds(30)).ReadAllAsync(recipient, leaving.Token)
            .GetAsyncEnumerator(CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        var next = messages.MoveNextAsync().AsTask();

        await Await.UntilAsync(
            async () => (await app.Administration.GetAboutAsync(CancellationToken)).HeldPolls > 0,
            "the held poll");

        var about = await app.Administration.GetAboutAsync(CancellationToken);
        Assert.Equal(typeof(FuncCometClient).Assembly.GetName().Version!.ToString(3), about.Version);
        Assert.True(about.StorageAnswers);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
    }
}
