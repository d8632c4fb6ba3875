using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The client and a LocalHost that asks for keys and tokens.</summary>
public sealed class LocalHostTests(LocalApp app)
{
    [Fact]
    public async Task ReadAllAsync_WhileNothingFails_BringsAllInOrder()
    {
        var recipient = NewRecipient();
        var read = new List<string>();
        var pushing = PushAsync(recipient, count: 200);

        await foreach (var message in app.Recipient(TimeSpan.FromSeconds(30)).ReadAllAsync(recipient, TestContext.Current.CancellationToken))
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
    public async Task ReadAllAsync_WhenAHandlerThrowsOnEveryThird_BringsAllInTheEnd()
    {
        var recipient = NewRecipient();
        var client = app.Recipient(TimeSpan.FromSeconds(5));
        var calls = 0;
        var handled = new List<string>();
        await PushAsync(recipient, count: 12).Bounded();

        async Task ReadAsync()
        {
            await foreach (var message in client.ReadAllAsync(recipient, TestContext.Current.CancellationToken))
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
    public async Task ReadAllAsync_WhenCancelled_LeavesNoPollThatTakesTheNextMessage()
    {
        var recipient = NewRecipient();
        using var cancelling = new CancellationTokenSource();
        await app.Server.PushAsync(recipient, new("first"), TestContext.Current.CancellationToken);
        await using var messages = app.Recipient(TimeSpan.FromSeconds(30)).ReadAllAsync(recipient, cancelling.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        var next = messages.MoveNextAsync().AsTask();
        await Await.UntilAsync(async () => (await app.Server.CountMailboxAsync(recipient)).Messages == 0, "the acknowledgement with the held poll");

        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());

        await app.Server.PushAsync(recipient, new("second"), TestContext.Current.CancellationToken);
        var polled = await app.Recipient(TimeSpan.FromSeconds(30)).PollAsync(recipient, new PollRequest { Timeout = TimeSpan.FromSeconds(20) }, TestContext.Current.CancellationToken);
        Assert.Equal(("second", 1), (polled[0].Text, polled[0].Deliveries));
    }

    [Fact]
    public async Task EverythingElse_WhenAsked_IsDone()
    {
        var recipient = $"{NewRecipient()} & søn +%/?";
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var pushed = await app.Server.PushAsync([recipient, NewRecipient()], new OutgoingMessage(bytes) { Key = "order-17", TimeToLive = TimeSpan.FromHours(1) }, TestContext.Current.CancellationToken);
        Assert.Equal(2, pushed.Count);

        var client = app.Recipient(TimeSpan.FromSeconds(30));
        var message = Assert.Single(await client.PollAsync(recipient, new PollRequest { Lease = TimeSpan.FromSeconds(30) }, TestContext.Current.CancellationToken));
        Assert.Equal(pushed[0].Id, message.Id);
        Assert.Equal("order-17", message.Key);
        Assert.Equal(bytes, message.Body.ToArray());
        await client.AcknowledgeAsync(recipient, [message.Receipt!], TestContext.Current.CancellationToken);
        Assert.Equal(new MailboxCount(0, Exists: true), await app.Server.CountMailboxAsync(recipient, TestContext.Current.CancellationToken));

        await app.Server.PushAsync(recipient, new("dropped"), TestContext.Current.CancellationToken);
        await app.Server.EmptyMailboxAsync(recipient, TestContext.Current.CancellationToken);
        Assert.Empty(await client.PollAsync(recipient, new PollRequest { Timeout = TimeSpan.Zero }, TestContext.Current.CancellationToken));

        var error = await Assert.ThrowsAsync<FuncCometException>(() => app.Server.PushAsync("", new("hello"), TestContext.Current.CancellationToken));
        Assert.Equal(("bad-recipient", "rcpt"), (error.Code, error.Parameter));
        error = await Assert.ThrowsAsync<FuncCometException>(() => app.Server.PushAsync(recipient, new OutgoingMessage(new byte[48_001]), TestContext.Current.CancellationToken));
        Assert.Equal("message-too-large", error.Code);
        error = await Assert.ThrowsAsync<FuncCometException>(() => client.PushAsync(recipient, new("hello"), TestContext.Current.CancellationToken));
        Assert.Equal("401 unexpected-answer: The host refused the request: the function key is missing or wrong.", error.Message);
    }

    private static string NewRecipient() => $"client-{Guid.NewGuid():N}";

    private async Task PushAsync(string recipient, int count)
    {
        for (var number = 1; number <= count; number++)
        {
            await app.Server.PushAsync(recipient, new($"{number}"), TestContext.Current.CancellationToken);
        }
    }
}
