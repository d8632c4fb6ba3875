using System.Text.Json;
using Azure;
using FuncComet.Polling;
using FuncComet.Testing;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>Messages that are never acknowledged or cannot be read, with MaxDeliveries = 3.</summary>
public sealed class PoisonTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    private FakeQueueClient Dead => _instance.Storage.DeadLettersOf(_instance.Alice);

    [Fact]
    public async Task Message_WhenItIsNeverAcknowledged_GoesToTheDeadLettersOnce_AndLaterOnesAreDelivered()
    {
        await _instance.PushAsync("poison");
        foreach (var deliveries in new[] { 1, 2, 3 })
        {
            await _instance.PushAsync($"behind {deliveries}");
            Assert.Equal(
                [("poison", deliveries), ($"behind {deliveries}", 1)],
                await LeaseAsync(max: 2, acknowledge: message => message != "poison"));
            _instance.Time.Advance(Lease);
        }

        await _instance.PushAsync("behind 4");
        Assert.Equal([("behind 4", 1)], await LeaseAsync(max: 1, acknowledge: _ => true));

        var letter = JsonDocument.Parse(Assert.Single(Dead.Texts)).RootElement;
        Assert.Equal("alice", letter.GetProperty("rcpt").GetString());
        Assert.Equal(3, letter.GetProperty("deliveries").GetInt32());
        Assert.Equal("delivered 3 times without an acknowledgement", letter.GetProperty("reason").GetString());
        Assert.Equal("poison"u8.ToArray(), letter.GetProperty("base64").GetBytesFromBase64());
        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task PlainMode_RedeliversWithoutALimit()
    {
        await _instance.PushAsync("hello");
        foreach (var _ in Enumerable.Range(0, 5))
        {
            _instance.Answer.Write = _ => Task.FromResult(WriteOutcome.Broken);
            Assert.Equal(PollOutcome.ClientGone, await _instance.PollAsync(seconds: 0).Bounded());
        }

        _instance.Answer.Write = _ => Task.FromResult(WriteOutcome.Written);
        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 0).Bounded());
        Assert.Equal(6, _instance.Answer.Messages[^1].Deliveries);
        Assert.Empty(Dead.Requests);
    }

    [Fact]
    public async Task UnreadableMessage_InPlainMode_GoesToTheDeadLettersToo()
    {
        await _instance.PushAsync("behind it");
        await _instance.Queue.SendMessageAsync(
            Named.LaterEnvelope, timeToLive: TimeSpan.FromHours(1), cancellationToken: TestContext.Current.CancellationToken);
        await _instance.PollAsync(seconds: 0).Bounded();

        Assert.Equal(PollOutcome.TimedOut, await _instance.PollAsync(seconds: 0).Bounded());

        var letter = JsonDocument.Parse(Assert.Single(Dead.Texts)).RootElement;
        Assert.Equal("an envelope of another version, or a damaged one", letter.GetProperty("reason").GetString());
        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task DeadLetter_WhenItCannotBeMoved_StaysInItsMailbox_AndLaterMessagesAreDelivered()
    {
        await _instance.Queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await _instance.Queue.SendMessageAsync(
            Named.LaterEnvelope, timeToLive: TimeSpan.FromHours(1), cancellationToken: TestContext.Current.CancellationToken);
        await _instance.PushAsync("behind it");
        Dead.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 0).Bounded());
        Assert.Equal("behind it", Assert.Single(_instance.Answer.Messages).Message.Text());
        Assert.Equal([Named.LaterEnvelope], _instance.Queue.Texts);

        Dead.Failure = null;
        _instance.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(PollOutcome.TimedOut, await _instance.PollAsync(seconds: 0).Bounded());
        Assert.Single(Dead.Texts);
        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task GoodMessage_BesidePoison_IsDeliveredWhileTheDeadLettersHang()
    {
        await PutPoisonAsync(4);
        await _instance.PutAsync("good");
        HangDeadLetters();
        var poll = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(200)) { Max = 16, Lease = Lease };

        Assert.Equal(PollOutcome.Delivered, await _instance.Poll.RunAsync(poll, _instance.Answer, CancellationToken.None).Bounded());

        Assert.Equal("good", Assert.Single(_instance.Answer.Messages).Message.Text());
        Assert.Equal(["send", "send", "send", "send"], Dead.Requests);
    }

    [Fact]
    public async Task Look_WhileTheDeadLettersHang_IsFollowedByTheNext()
    {
        await PutPoisonAsync(1);
        HangDeadLetters();

        var poll = _instance.PollAsync(seconds: 200);

        Assert.Equal(["peek", "receive", "peek"], _instance.Queue.Requests.Skip(2));
        Assert.False(poll.IsCompleted);
    }

    [Fact]
    public async Task Moves_WhileTheDeadLettersHang_AreLimited_AndTheRestIsMovedLater()
    {
        await PutPoisonAsync(70);
        _instance.Queue.Requests.Clear();
        var hang = new TaskCompletionSource();
        Dead.IsThere = true;
        Dead.Arrived = (_, _) => hang.Task;
        var poll = new PollRequest(_instance.Alice, TimeSpan.FromHours(1)) { Max = 32, Lease = Lease };
        var polled = _instance.Poll.RunAsync(poll, _instance.Answer, CancellationToken.None);
        await Await.UntilAsync(() => _instance.Queue.Requests.Count >= 7, "a look after the three that found dead letters");
        Assert.Equal(64, Dead.Requests.Count);

        hang.SetResult();

        await Await.UntilAsync(
            () =>
            {
                _instance.Time.Advance(TimeSpan.FromSeconds(1));
                return !_instance.Queue.Texts.Any();
            },
            "all dead letters");
        Assert.Equal(70, Dead.Texts.Count());
        Assert.False(polled.IsCompleted);
    }

    private async Task PutPoisonAsync(int count)
    {
        await _instance.Queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var _ in Enumerable.Range(0, count))
        {
            await _instance.Queue.SendMessageAsync(
                Named.LaterEnvelope, timeToLive: TimeSpan.FromDays(7), cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    private void HangDeadLetters()
    {
        Dead.IsThere = true;
        Dead.Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);
    }

    private async Task<List<(string, long)>> LeaseAsync(int max, Func<string, bool> acknowledge)
    {
        var answer = new RecordedAnswer();
        var poll = new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = Lease, Max = max };
        Assert.Equal(PollOutcome.Delivered, await _instance.Poll.RunAsync(poll, answer, CancellationToken.None).Bounded());
        foreach (var message in answer.Messages.Where(message => acknowledge(message.Message.Text())))
        {
            Assert.True(await _instance.Storage.Mailboxes().Open(_instance.Alice).AcknowledgeAsync(message.Receipt));
        }

        return [.. answer.Messages.Select(message => (message.Message.Text(), message.Deliveries))];
    }
}
