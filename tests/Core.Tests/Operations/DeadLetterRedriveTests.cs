using Azure;
using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Operations;
using FuncComet.Polling;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FuncComet.Core.Tests.Operations;

/// <summary>Letters on their way back into the mailbox, with MaxDeliveries = 3.</summary>
public sealed class DeadLetterRedriveTests : IDisposable
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    private FakeQueueClient Dead => _instance.Storage.DeadLettersOf(_instance.Alice);

    private FakeQueueClient Older => _instance.Storage.OlderDeadLetters;

    [Fact]
    public async Task Redrive_OfOurMessage_PutsItBackWithItsId_AndCountsItsDeliveriesFromOne()
    {
        await _instance.PushAsync("poison");
        foreach (var _ in Enumerable.Range(0, 4))
        {
            await PollAsync();
            _instance.Time.Advance(Lease);
        }

        var id = _instance.Answer.Messages[0].Message.Id;
        Assert.Single(Dead.Texts);

        Assert.Equal(new RedriveResult(1, 0), await RedriveAsync());

        Assert.Empty(Dead.Texts);
        Assert.Equal(PollOutcome.Delivered, await PollAsync());
        var delivered = _instance.Answer.Messages[^1];
        Assert.Equal((id, "poison", "text/plain"), (delivered.Message.Id, delivered.Message.Text(), delivered.Message.ContentType));
        Assert.Equal(1, delivered.Deliveries);
    }

    [Theory]
    [InlineData("another program's text")]
    [InlineData("eyJhIjoxfQ==")]
    [InlineData(Named.LaterEnvelope)]
    public async Task Redrive_OfAnythingElse_PutsItBackAsItWas(string text)
    {
        await DieAsync(text);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(1, 0), await RedriveAsync());

        Assert.Equal([text], _instance.Queue.Texts);
        Assert.Empty(Dead.Texts);
    }

    [Fact]
    public async Task Redrive_OfALetterBesideItsText_TakesBoth()
    {
        var message = Large();
        await DieAsync(new Envelope(message, HandedOver: 1).Encode());
        var unreadable = Named.LaterEnvelope.PadRight(65_536, 'A');
        await DieAsync(unreadable);
        Assert.Equal(4, Dead.Texts.Count());
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(2, 0), await RedriveAsync());

        Assert.Equal([new Envelope(message).Encode(), unreadable], _instance.Queue.Texts.Order(StringComparer.Ordinal));
        Assert.Empty(Dead.Texts);
    }

    [Fact]
    public async Task Redrive_GivesTheMessagesTheTimeToLiveThatIsAskedFor()
    {
        await DieAsync("text");
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        await RedriveAsync(TimeSpan.FromSeconds(60));

        _instance.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(PollOutcome.TimedOut, await PollAsync());
    }

    [Fact]
    public async Task Redrive_LeavesALetterOfAnotherRecipient_AndOneThatBecameALetterLater()
    {
        await DieAsync("before");
        await DieAsync("of bob", Named.Recipient("bob"), into: Dead);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        await DieAsync("after");

        Assert.Equal(new RedriveResult(1, 2), await RedriveAsync());

        Assert.Equal(["before"], _instance.Queue.Texts);
        Assert.Equal(2, Dead.Texts.Count());

        // What was left was given back: the next call comes to it at once.
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new RedriveResult(1, 1), await RedriveAsync());
    }

    [Fact]
    public async Task Redrive_OfAMessageThatCannotBeRead_WhileAPollWaits_EndsThoughItComesBack()
    {
        await DieAsync(Named.LaterEnvelope);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        var poll = _instance.PollAsync(seconds: 200);

        Assert.Equal(1, (await RedriveAsync()).Moved);

        await Await.UntilAsync(() => !_instance.Queue.Texts.Any(), "the message to be a dead letter again");
        Assert.Single(Dead.Texts);
        Assert.False(poll.IsCompleted);
    }

    [Fact]
    public async Task Redrive_WakesAPollThatWaits()
    {
        await DieAsync(new Envelope(Named.Message("hello")).Encode());
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        var poll = _instance.PollAsync(seconds: 200);

        await RedriveAsync();

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(1, Assert.Single(_instance.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Redrive_WhenTheMailboxIsFull_Ends_AndLeavesTheRest()
    {
        using var small = new PollHarness(_instance.Time, _instance.Storage, settings: [("FuncComet:Mailbox:MaxDepth", "3")]);
        foreach (var number in Enumerable.Range(0, 40))
        {
            await DieAsync($"{number}");
        }

        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(3, 37), await RedriveAsync(small));

        Assert.Equal(["0", "1", "2"], _instance.Queue.Texts);
        Assert.Equal(new RedriveResult(0, 37), await RedriveAsync(small));
    }

    [Fact]
    public async Task Redrive_OfMoreThanOneBatch_MovesAll()
    {
        foreach (var number in Enumerable.Range(0, 100))
        {
            await DieAsync($"{number}");
        }

        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(100, 0), await RedriveAsync());

        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}").Order(), _instance.Queue.Texts.Order());
    }

    [Fact]
    public async Task TwoRedrives_AtTheSameTime_MoveEveryLetterOnce()
    {
        foreach (var number in Enumerable.Range(0, 100))
        {
            await DieAsync($"{number}");
        }

        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        using var other = new PollHarness(_instance.Time, _instance.Storage);
        Dead.Arrived = (_, _) => Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);

        var results = await Task.WhenAll(RedriveAsync(), RedriveAsync(other)).Bounded();

        Assert.Equal(100, results.Sum(result => result.Moved));
        Assert.Equal(100, _instance.Queue.Texts.Distinct().Count());
        Assert.Equal(100, _instance.Queue.Texts.Count());
    }

    [Fact]
    public async Task Redrive_WhenItsInstanceDiesBeforeALetterIsRemoved_IsRepeatedWithTheSameId()
    {
        var message = Named.Message("hello");
        await DieAsync(new Envelope(message).Encode());
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        using (Hang("delete"))
        {
            _ = RedriveAsync();
            await Await.UntilAsync(() => Dead.Requests.Contains("delete"), "the letter to be removed");
        }

        _instance.Time.Advance(DeadLetterReader.Lease);
        Assert.Equal(new RedriveResult(1, 0), await RedriveAsync());

        Assert.Equal([new Envelope(message).Encode(), new Envelope(message).Encode()], _instance.Queue.Texts);
    }

    [Fact]
    public async Task ATextWithoutALetter_AfterTenMinutes_IsALetterOfItsOwn()
    {
        var message = Large();
        await DieAsync(new Envelope(message, HandedOver: 1).Encode());
        await RemoveAsync(Dead, text => text.StartsWith('{'));

        _instance.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(new RedriveResult(0, 1), await RedriveAsync());
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new RedriveResult(1, 0), await RedriveAsync());

        Assert.Equal([new Envelope(message).Encode()], _instance.Queue.Texts);
    }

    [Fact]
    public async Task ATextWhoseLetterAnotherCallHolds_StaysWhereItIs()
    {
        await DieAsync(new Envelope(Large()).Encode());
        _instance.Time.Advance(TimeSpan.FromMinutes(11));
        var held = (await Dead.ReceiveMessagesAsync(2, Lease, TestContext.Current.CancellationToken)).Value;
        var text = held.Single(message => !message.MessageText.StartsWith('{'));
        await Dead.UpdateMessageAsync(
            text.MessageId, text.PopReceipt, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(0, (await RedriveAsync()).Moved);

        Assert.Equal(2, Dead.Texts.Count());
    }

    [Fact]
    public async Task ALetterWithoutItsText_StaysWhereItIs()
    {
        await DieAsync(new Envelope(Large()).Encode());
        await RemoveAsync(Dead, text => !text.StartsWith('{'));
        _instance.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(new RedriveResult(0, 1), await RedriveAsync());

        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task LettersOfEarlierVersions_AreMovedToTheirRecipients_AndRedriven()
    {
        var message = Named.Message("hello");
        await DieAsync(new Envelope(message).Encode(), into: Older);
        await DieAsync(new Envelope(Large()).Encode(), into: Older);
        await DieAsync("of bob", Named.Recipient("bob"), into: Older);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(2, 0), await RedriveAsync());

        Assert.Empty(Older.Texts);
        Assert.Equal(2, _instance.Queue.Texts.Count());
        Assert.Contains(new Envelope(message).Encode(), _instance.Queue.Texts);
        var bob = Named.Recipient("bob");
        Assert.Single(_instance.Storage.DeadLettersOf(bob).Texts);
        Assert.Equal("bob", _instance.Storage.DeadLettersOf(bob).Metadata!["recipient"]);
    }

    [Fact]
    public async Task LettersOfEarlierVersions_ThatNameNobody_StayAndAreCounted()
    {
        await DieAsync("text", into: Older);
        await Older.SendMessageAsync(
            "no letter", timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: TestContext.Current.CancellationToken);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(1, 0) { Older = 1 }, await RedriveAsync());

        Assert.Equal(["no letter"], Older.Texts);
    }

    // Storage refuses the queue of a recipient who has just been erased.
    [Fact]
    public async Task LettersOfEarlierVersions_WhoseQueueIsRefused_Stay_AndTheOthersAreMoved()
    {
        var bob = Named.Recipient("bob");
        await DieAsync("of bob", bob, into: Older);
        await DieAsync("text", into: Older);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Storage.DeadLettersOf(bob).Failure = FakeQueueClient.Failed(409, QueueErrorCode.QueueBeingDeleted);

        Assert.Equal(new RedriveResult(1, 0) { Older = 1 }, await RedriveAsync());

        _instance.Storage.DeadLettersOf(bob).Failure = null;
        Assert.Equal(new RedriveResult(0, 0), await RedriveAsync());
        Assert.Single(_instance.Storage.DeadLettersOf(bob).Texts);
    }

    // In another form, it might not fit into a queue message any more.
    [Fact]
    public async Task LetterOfEarlierVersions_KeepsItsText()
    {
        const string Text =
            """
            {"rcpt":"alice", "id":"1", "time":"2026-01-01T00:00:00Z", "deadLettered":"2026-01-01T00:00:00Z", "deliveries":1,
            "reason":"größer", "base64":"aGVsbG8="}
            """;
        Older.IsThere = true;
        await Older.SendMessageAsync(Text, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: TestContext.Current.CancellationToken);

        await _instance.Get<DeadLetterListing>().ShowAsync(_instance.Alice, max: 1).Bounded();

        Assert.Equal([Text], Dead.Texts);
        Assert.Empty(Older.Texts);
    }

    [Fact]
    public async Task Redrive_WhenTheMailboxIsCountedTooSlowly_LeavesTheLettersWhoseLeaseMayEnd()
    {
        await DieAsync("text");
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Get<MailboxDepths>().Forget(_instance.Alice);
        _instance.Queue.Arrived = (request, _) =>
        {
            if (request == "properties")
            {
                _instance.Time.Advance(TimeSpan.FromSeconds(7.5));
            }

            return Task.CompletedTask;
        };

        Assert.Equal(new RedriveResult(0, 1), await RedriveAsync());

        Assert.Empty(_instance.Queue.Texts);
        Assert.Equal(new RedriveResult(1, 0), await RedriveAsync());
    }

    [Fact]
    public async Task GiveBack_WhenTheStorageFails_IsLogged()
    {
        await DieAsync("text");
        var log = new FakeLogger();
        var call = new CallTime(_instance.Time, CallLimits.Work, CancellationToken.None);
        var reader = new DeadLetterReader(_instance.DeadLettersOf(_instance.Alice), call, _instance.Time, log);
        reader.SetAside(Assert.Single((await reader.NextAsync().Bounded())!));
        Dead.Failure = FakeQueueClient.Failed(503, "ServerBusy");

        await reader.GiveBackAsync().Bounded();

        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains(Dead.Name, line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redrive_WhenTheStorageFails_Throws_AndLosesNothing()
    {
        await DieAsync("text");
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => RedriveAsync());

        Assert.Single(Dead.Texts);
    }

    [Fact]
    public async Task Purge_RemovesTheLettersOfTheRecipient_ThoseOfEarlierVersionsToo()
    {
        await DieAsync("1");
        await DieAsync("2", into: Older);
        await DieAsync("3", Named.Recipient("bob"), into: Older);

        Assert.Equal(new PurgeResult(2, 0), await _instance.Get<DeadLetterPurge>().RunAsync(_instance.Alice).Bounded());

        Assert.Empty(Dead.Texts);
        Assert.Single(_instance.Storage.DeadLettersOf(Named.Recipient("bob")).Texts);
    }

    private static Message Large() => Message.Create(
        TimeProvider.System, "text/plain", new string('<', 128), Enumerable.Range(0, 48_000).Select(at => (byte)(at * 7)).ToArray());

    private Task<PollOutcome> PollAsync() => _instance.Poll.RunAsync(
        new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = Lease }, _instance.Answer, CancellationToken.None).Bounded();

    private Task<RedriveResult> RedriveAsync(TimeSpan? timeToLive = null) => RedriveAsync(_instance, timeToLive);

    private static Task<RedriveResult> RedriveAsync(PollHarness instance, TimeSpan? timeToLive = null) =>
        instance.Get<DeadLetterRedrive>().RunAsync(instance.Alice, timeToLive ?? Week).Bounded();

    private Task DieAsync(string text, Recipient? recipient = null, FakeQueueClient? into = null) =>
        _instance.DieAsync(recipient ?? _instance.Alice, text, into);

    private static async Task RemoveAsync(FakeQueueClient queue, Predicate<string> matches)
    {
        var received = await queue.ReceiveMessagesAsync(32, TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        foreach (var message in received.Value)
        {
            if (matches(message.MessageText))
            {
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, TestContext.Current.CancellationToken);
            }
        }
    }

    // The request never arrives, as when its instance has died.
    private Hanging Hang(string request)
    {
        Dead.Arrived = (arrived, token) => arrived == request ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        return new Hanging(Dead);
    }

    private sealed class Hanging(FakeQueueClient queue) : IDisposable
    {
        public void Dispose() => queue.Arrived = (_, _) => Task.CompletedTask;
    }
}
