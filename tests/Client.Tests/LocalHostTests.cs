using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The client against a LocalHost that requires function keys and tokens.</summary>
public sealed class LocalHostTests(LocalApp app)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAllAsync_WhenNothingFails_ReturnsAllMessagesInOrder()
    {
        var recipient = NewRecipient();
        var read = new List<string>();
        var pushing = PushAsync(recipient, count: 200);

        await foreach (var message in app.Recipient(TimeSpan.FromSeconds(30)).ReadAllAsync(recipient, CancellationToken))
        {
            Assert.Equal(1, message.Deliveries);
            read.Add(message.Text);
            if (read.Count == 200)
            {
                break;
            }
        }

        await pushing.Bounded();
        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"{number}"), read);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAHandlerThrowsOnEveryThirdMessage_ReturnsThoseAgain()
    {
        var recipient = NewRecipient();
        var client = app.Recipient(TimeSpan.FromSeconds(5));
        var calls = 0;
        var handled = new List<string>();
        await PushAsync(recipient, count: 12).Bounded();

        async Task ReadAsync()
        {
            await foreach (var message in client.ReadAllAsync(recipient, CancellationToken))
            {
                handled.Add(++calls % 3 == 0 ? throw new InvalidOperationException("Every third.") : message.Text);
                if (handled.Count == 12)
                {
                    return;
                }
            }
        }

        while (handled.Count < 12)
        {
            var thrown = await Record.ExceptionAsync(() => ReadAsync().Bounded());
            Assert.True(thrown is null or InvalidOperationException, thrown?.ToString());
        }

        Assert.Equal(Enumerable.Range(1, 12), handled.Select(int.Parse).Order());
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelled_LeavesNoPollBehindThatTakesTheNextMessage()
    {
        var recipient = NewRecipient();
        using var cancelling = new CancellationTokenSource();
        await app.Server.PushAsync(recipient, new("first"), CancellationToken);
        var client = app.Recipient(TimeSpan.FromSeconds(30));
        await using var messages = client.ReadAllAsync(recipient, cancelling.Token).GetAsyncEnumerator(CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        var next = messages.MoveNextAsync().AsTask();
        await Await.UntilAsync(
            async () => (await app.Server.CountMailboxAsync(recipient)).Messages == 0,
            "the acknowledgement that the held poll carries");

        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());

        await app.Server.PushAsync(recipient, new("second"), CancellationToken);
        var request = new PollRequest { Timeout = TimeSpan.FromSeconds(20) };
        var polled = await client.PollAsync(recipient, request, CancellationToken);
        Assert.Equal(("second", 1), (polled[0].Text, polled[0].Deliveries));
    }

    [Fact]
    public async Task PollAsync_WhenAMessageWasPushedToTwoRecipients_ReturnsIdKeyAndBytes()
    {
        var recipient = $"{NewRecipient()} & søn +%/?";
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var outgoing = new OutgoingMessage(bytes) { Key = "order-17", TimeToLive = TimeSpan.FromHours(1) };
        var client = app.Recipient(TimeSpan.FromSeconds(30));

        var pushed = await app.Server.PushAsync([recipient, NewRecipient()], outgoing, CancellationToken);
        var request = new PollRequest { Lease = TimeSpan.FromSeconds(30) };
        var message = Assert.Single(await client.PollAsync(recipient, request, CancellationToken));

        Assert.Equal(2, pushed.Count);
        Assert.Equal(pushed[0].Id, message.Id);
        Assert.Equal("order-17", message.Key);
        Assert.Equal(bytes, message.Body.ToArray());
        await client.AcknowledgeAsync(recipient, [message.Receipt!], CancellationToken);
        var count = await app.Server.CountMailboxAsync(recipient, CancellationToken);
        Assert.Equal((0, true), (count.Messages, count.Exists));
    }

    [Fact]
    public async Task RecallAsync_WhenOneOfTwoCopiesWasDelivered_TakesTheOtherBack()
    {
        var (recipient, other) = (NewRecipient(), NewRecipient());
        var copies = await app.Server.PushAsync([recipient, other], new("reminder"), CancellationToken);
        var request = new PollRequest { Timeout = TimeSpan.Zero };
        var client = app.Recipient(TimeSpan.FromSeconds(30));
        Assert.Single(await client.PollAsync(recipient, request, CancellationToken));

        Assert.Equal([copies[1]], await app.Server.RecallAsync(copies, CancellationToken));

        Assert.Empty(await client.PollAsync(other, request, CancellationToken));
        Assert.False(await app.Server.RecallAsync(copies[1], CancellationToken));
    }

    [Fact]
    public async Task PushAsync_WhenAPollIsWaiting_ReturnsACopyWithoutAHandle()
    {
        var recipient = NewRecipient();
        await using var messages = app.Recipient(TimeSpan.FromSeconds(30))
            .ReadAllAsync(recipient, CancellationToken)
            .GetAsyncEnumerator(CancellationToken);
        var next = messages.MoveNextAsync().AsTask();

        // A push may come before the poll waits. Then its copy has a handle.
        PushedCopy copy = null!;
        await Await.UntilAsync(
            async () =>
            {
                copy = await app.Server.PushAsync(recipient, new("hello"), CancellationToken);
                if (!copy.IsHanded)
                {
                    Assert.NotNull(copy.Recall);
                    Assert.True(await next.Bounded());
                    next = messages.MoveNextAsync().AsTask();
                }

                return copy.IsHanded;
            },
            "a hand-over");

        Assert.Null(copy.Recall);
        Assert.True(await next.Bounded());
        Assert.Equal(copy.Id, messages.Current.Id);
    }

    [Fact]
    public async Task GetPresenceAsync_WhenAPollIsWaiting_TellsSoAndSoDoMailboxAndPush()
    {
        var (recipient, other) = (NewRecipient(), NewRecipient());
        await app.Server.PushAsync(recipient, new("creates the mailbox"), CancellationToken);
        await using var messages = app.Recipient(TimeSpan.FromSeconds(30))
            .ReadAllAsync(recipient, CancellationToken)
            .GetAsyncEnumerator(CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        var next = messages.MoveNextAsync().AsTask();
        IReadOnlyList<RecipientPresence> presence = [];

        await Await.UntilAsync(
            async () =>
            {
                presence = await app.Server.GetPresenceAsync([other, recipient], CancellationToken);
                return presence[1].IsWaiting == true;
            },
            "the poll's presence");

        Assert.Equal(new RecipientPresence(other, IsWaiting: false, LastSeen: null), presence[0]);
        Assert.NotNull(presence[1].LastSeen);
        var count = await app.Server.CountMailboxAsync(recipient, CancellationToken);
        Assert.True(count.IsWaiting);
        Assert.NotNull(count.LastSeen);
        var question = new OutgoingMessage("Are you there?") { AskPresence = true };
        var copies = await app.Server.PushAsync([recipient, other], question, CancellationToken);
        Assert.Equal([true, false], copies.Select(copy => copy.IsWaiting));
        Assert.True(await next.Bounded());

        await Await.UntilAsync(
            async () => (await app.Server.CountMailboxAsync(recipient, CancellationToken)).IsWaiting == false,
            "the end of the poll's presence");
    }

    [Fact]
    public async Task EmptyMailboxAsync_WhenAMessageIsStored_DeletesIt()
    {
        var recipient = NewRecipient();
        await app.Server.PushAsync(recipient, new("dropped"), CancellationToken);

        await app.Server.EmptyMailboxAsync(recipient, CancellationToken);

        var request = new PollRequest { Timeout = TimeSpan.Zero };
        Assert.Empty(await app.Recipient(TimeSpan.FromSeconds(30)).PollAsync(recipient, request, CancellationToken));
    }

    [Fact]
    public async Task PushAsync_WhenTheAppRefuses_ThrowsWithTheCode()
    {
        var recipient = NewRecipient();
        var tooLarge = new OutgoingMessage(new byte[48_001]);
        var withoutKey = app.Recipient(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<FuncCometException>(() => app.Server.PushAsync(recipient, tooLarge, CancellationToken));
        Assert.Equal("message-too-large", error.Code);
        error = await Assert.ThrowsAsync<FuncCometException>(() => withoutKey.PushAsync(recipient, new("hello"), CancellationToken));
        Assert.Equal("401 unexpected-answer: The host refused the request: the function key is missing or wrong.", error.Message);
    }

    private static string NewRecipient() => $"client-{Guid.NewGuid():N}";

    private async Task PushAsync(string recipient, int count)
    {
        for (var number = 1; number <= count; number++)
        {
            await app.Server.PushAsync(recipient, new($"{number}"), CancellationToken);
        }
    }
}
