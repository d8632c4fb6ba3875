using System.Text.Json;
using FuncComet.Core.Tests.Polling;
using FuncComet.Operations;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Operations;

public sealed class ErasureTests : IDisposable
{
    private static readonly Recipient Bob = Named.Recipient("bob");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _instance;

    public ErasureTests()
    {
        _storage = new FakeQueueService(_time);
        _instance = new PollHarness(_time, _storage, settings: [("FuncComet:Offline:Queue", "wake-up")]);
    }

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Erase_DeletesTheQueuesOfTheRecipient_AndOfNobodyElse()
    {
        foreach (var recipient in new[] { _instance.Alice, Bob })
        {
            await PushAsync(recipient);
            await WriteLetterAsync(_storage.DeadLettersOf(recipient).Name, recipient);
        }

        Assert.Equal(new ErasureResult(Mailbox: true, DeadLetters: true), await EraseAsync());

        Assert.False(_instance.Queue.IsThere);
        Assert.False(_storage.DeadLettersOf(_instance.Alice).IsThere);
        Assert.True(_storage.Of(Bob).IsThere);
        Assert.True(_storage.DeadLettersOf(Bob).IsThere);
    }

    [Fact]
    public async Task Erase_OfSomebodyWhoHasNothing_IsAccepted() =>
        Assert.Equal(new ErasureResult(Mailbox: true, DeadLetters: true), await EraseAsync());

    [Fact]
    public async Task Erase_RemovesTheLettersInTheQueueOfEarlierVersions_AndKeepsThoseOfOthers()
    {
        await WriteLetterAsync("fc-dead-letters", _instance.Alice);
        await WriteLetterAsync("fc-dead-letters", Bob);

        Assert.Equal(new ErasureResult(Mailbox: true, DeadLetters: true), await EraseAsync());

        Assert.Empty(_storage.OlderDeadLetters.Texts);
        Assert.False(_storage.DeadLettersOf(_instance.Alice).IsThere);
        Assert.Single(_storage.DeadLettersOf(Bob).Texts);
    }

    // Nobody can say whose letter it is.
    [Fact]
    public async Task Erase_WhenALetterOfAnEarlierVersionStays_SaysSo()
    {
        var older = _storage.GetQueueClient("fc-dead-letters");
        await older.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await older.SendMessageAsync(
            """{"rcpt":""}""", timeToLive: TimeSpan.FromDays(1), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(new ErasureResult(Mailbox: true, DeadLetters: false), await EraseAsync());
    }

    [Fact]
    public async Task Erase_WhatTheStorageDoesNotAccept_IsLeft_AndTheNextCallErasesIt()
    {
        await PushAsync(_instance.Alice);
        await WriteLetterAsync(_storage.DeadLettersOf(_instance.Alice).Name, _instance.Alice);
        _instance.Queue.Failure = FakeQueueClient.Failed(503, "ServerBusy");
        Assert.Equal(new ErasureResult(Mailbox: false, DeadLetters: true), await EraseAsync());
        Assert.False(_storage.DeadLettersOf(_instance.Alice).IsThere);

        _instance.Queue.Failure = null;
        Assert.Equal(new ErasureResult(Mailbox: true, DeadLetters: true), await EraseAsync());
        Assert.False(_instance.Queue.IsThere);
    }

    [Fact]
    public async Task Erase_EndsThePollsOfTheRecipient_AndNobodyElses()
    {
        var polls = new[] { _instance.PollAsync(seconds: 60), _instance.PollAsync(seconds: 60) };
        var other = _instance.Poll.RunAsync(new(Bob, TimeSpan.FromSeconds(60)), new RecordedAnswer(), _instance.ClientAborted.Token);

        await EraseAsync();

        Assert.Equal([PollOutcome.Erased, PollOutcome.Erased], await Task.WhenAll(polls).Bounded());
        Assert.True(_instance.Rooms.IsWaiting(Bob));
        Assert.False(other.IsCompleted);
        await _instance.ClientAborted.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await other.Bounded());
    }

    // What its look has found before is not remembered either.
    [Fact]
    public async Task Erase_WhileAPollLooks_EndsItAfterTheLook_AndRemembersNothing()
    {
        _instance.Queue.IsThere = true;
        var look = _instance.Queue.Hold("peek");
        var poll = _instance.PollAsync(seconds: 60);

        await EraseAsync();
        _instance.Queue.IsThere = true;
        look.SetResult();

        Assert.Equal(PollOutcome.Erased, await poll.Bounded());
        Assert.Equal(default, _instance.Steps.Of(_instance.Alice));
    }

    [Fact]
    public async Task Erase_ForgetsHowFarPausesHaveGrown()
    {
        _instance.Steps.Remember(_instance.Alice, 7, new HiddenCount(2, TimeSpan.Zero, 1));
        _instance.Steps.Remember(Bob, 7);

        await EraseAsync();

        Assert.Equal(default, _instance.Steps.Of(_instance.Alice));
        Assert.Equal(7, _instance.Steps.Of(Bob).Step);
    }

    // The poll would look when the hidden message becomes visible, after 2.1 seconds.
    [Fact]
    public async Task Erase_ForgetsWhenHiddenMessagesBecomeVisible()
    {
        _instance.Rooms.Expect(_instance.Alice, TimeSpan.FromSeconds(2));

        await EraseAsync();

        _instance.Steps.Remember(_instance.Alice, 20);
        _ = _instance.PollAsync(seconds: 60);
        await _instance.AdvanceAsync(2.2, looks: 1);
        await _instance.ClientAborted.CancelAsync();
    }

    [Fact]
    public async Task Erase_ForgetsHowMuchRoomTheMailboxHas()
    {
        await PushAsync(_instance.Alice);
        Assert.DoesNotContain("properties", _instance.Queue.Requests);

        await EraseAsync();
        _instance.Queue.Requests.Clear();
        await PushAsync(_instance.Alice);

        // Counted before the first message, as by an instance that knows nothing.
        Assert.Equal("properties", _instance.Queue.Requests[0]);
    }

    [Fact]
    public async Task Erase_ForgetsTheNotesToTheApplication()
    {
        var notes = (FakeQueueClient)_storage.GetQueueClient("wake-up");
        await PushAsync(_instance.Alice);
        await PushAsync(_instance.Alice);
        await _instance.Work.StopAsync(CancellationToken.None).Bounded();
        Assert.Single(notes.Texts);

        await EraseAsync();
        await PushAsync(_instance.Alice);
        await _instance.Work.StopAsync(CancellationToken.None).Bounded();

        Assert.Equal(2, notes.Texts.Count());
    }

    [Fact]
    public void EveryMemoryOfRecipients_IsToldToForget()
    {
        var told = _instance.Get<IEnumerable<IRecipientMemory>>().Select(memory => memory.GetType().Name);
        var memories = typeof(IRecipientMemory).Assembly.GetTypes()
            .Where(type => typeof(IRecipientMemory).IsAssignableFrom(type) && !type.IsInterface)
            .Select(type => type.Name);

        Assert.Equal(memories.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    // A poll that comes after the erasure is the first of a new mailbox.
    [Fact]
    public async Task Push_AfterAnErasure_ReachesTheNextPoll()
    {
        await PushAsync(_instance.Alice);
        await EraseAsync();
        var poll = _instance.PollAsync(seconds: 60);

        await PushAsync(_instance.Alice);

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal("hello", Assert.Single(_instance.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Push_AfterAnErasureOnAzure_FailsForThirtySeconds()
    {
        using var instance = new PollHarness(_time, new FakeQueueService(_time) { AnswersAsAzure = true });
        await PushAsync(instance.Alice, instance);

        Assert.Equal(
            new ErasureResult(Mailbox: true, DeadLetters: true), await instance.Get<Erasure>().EraseAsync(instance.Alice).Bounded());
        Assert.Equal(
            new ErasureResult(Mailbox: true, DeadLetters: true), await instance.Get<Erasure>().EraseAsync(instance.Alice).Bounded());

        var refused = await PushAsync(instance.Alice, instance);
        Assert.Equal((PushOutcome.StorageFailed, TimeSpan.FromSeconds(30)), (refused.Outcome, refused.RetryAfter));
        _time.Advance(AzureAnswers.DeletedNameIsRefused);
        Assert.Equal(PushOutcome.Stored, (await PushAsync(instance.Alice, instance)).Outcome);
    }

    private Task<ErasureResult> EraseAsync() => _instance.Get<Erasure>().EraseAsync(_instance.Alice).Bounded();

    private async Task<PushedCopy> PushAsync(Recipient recipient, PollHarness? instance = null) =>
        Assert.Single(await (instance ?? _instance).Push
            .SendAsync([recipient], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded());

    private async Task WriteLetterAsync(string queueName, Recipient recipient)
    {
        var letter = JsonSerializer.Serialize(new
        {
            rcpt = recipient.Name,
            id = "019b7ca98f2e7000800000000000002a",
            time = _time.GetUtcNow(),
            deadLettered = _time.GetUtcNow(),
            deliveries = 3,
            reason = "delivered 3 times without an acknowledgement",
            contentType = "text/plain",
            base64 = "aGVsbG8=",
        });
        var queue = (FakeQueueClient)_storage.GetQueueClient(queueName);
        if (!queue.IsThere)
        {
            await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        await queue.SendMessageAsync(letter, timeToLive: TimeSpan.FromDays(1), cancellationToken: TestContext.Current.CancellationToken);
    }
}
