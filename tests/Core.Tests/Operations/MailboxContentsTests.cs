using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Operations;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Operations;

public sealed class MailboxContentsTests : IDisposable
{
    private readonly PollHarness _instance = new(new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Show_OfOurMessage_TellsAllOfIt_AndTakesNothing()
    {
        var message = Message.Create(_instance.Time, "text/plain", "order-17", "hello"u8.ToArray());
        await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.Zero);

        var shown = Assert.Single(await ShowAsync());
        Assert.Equal(message.Id, shown.Message.Id);
        Assert.Equal(("order-17", "hello", "text/plain"), (shown.Message.Key, shown.Message.Text(), shown.Message.ContentType));
        Assert.Equal(0, shown.Deliveries);
        Assert.Equal(_instance.Time.GetUtcNow().AddHours(1), shown.Expires);
        Assert.False(shown.IsForeign);
        Assert.Null(shown.Unreadable);

        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 0));
        Assert.Equal(1, Assert.Single(_instance.Answer.Messages).Deliveries);
    }

    // It was handed over once, which Storage has not counted, and received once.
    [Fact]
    public async Task Show_OfAMessageThatWasDelivered_CountsAsTheDeliveriesDo()
    {
        var envelope = new Envelope(Named.Message("hello"), HandedOver: 1);
        await SendAsync(envelope.Encode());
        await _instance.Storage.Mailboxes().Open(_instance.Alice).ReceiveAsync(1, TimeSpan.FromSeconds(30), Mailbox.Deadline);
        Assert.Empty(await ShowAsync());

        _instance.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(2, Assert.Single(await ShowAsync()).Deliveries);
    }

    [Fact]
    public async Task Show_OfForeignAndUnreadableMessages_TellsWhatTheyAre()
    {
        await SendAsync("grüß dich");
        await SendAsync(Convert.ToBase64String("""{"a":1}"""u8));
        await SendAsync(Named.LaterEnvelope);

        var shown = await ShowAsync();

        Assert.Equal(["grüß dich", """{"a":1}""", Named.LaterEnvelope], shown.Select(each => each.Message.Text()));
        Assert.Equal([true, true, false], shown.Select(each => each.IsForeign));
        Assert.Equal([null, null, "an envelope of another version, or a damaged one"], shown.Select(each => each.Unreadable));
        Assert.Equal("application/json", shown[1].Message.ContentType);
    }

    [Fact]
    public async Task Show_OfAMessageThatNeverExpires_TellsNoExpiry()
    {
        await _instance.Queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await _instance.Queue.SendMessageAsync(
            "forever", timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Null(Assert.Single(await ShowAsync()).Expires);
    }

    [Fact]
    public async Task Show_OfManyMessages_ShowsTheFirst()
    {
        foreach (var number in Enumerable.Range(0, 5))
        {
            await _instance.PushAsync($"{number}");
        }

        Assert.Equal(["0", "1", "2"], (await ShowAsync(max: 3)).Select(each => each.Message.Text()));
    }

    [Fact]
    public async Task Show_WhenThereIsNoMailbox_ShowsNothing() => Assert.Empty(await ShowAsync());

    private Task<IReadOnlyList<ShownMessage>> ShowAsync(int max = 32) => _instance.Get<MailboxContents>().ShowAsync(_instance.Alice, max);

    private Task<SentMessage> SendAsync(string text) =>
        _instance.Storage.Mailboxes().Open(_instance.Alice).SendAsync(text, TimeSpan.FromHours(1), TimeSpan.Zero, Mailbox.Deadline);
}
