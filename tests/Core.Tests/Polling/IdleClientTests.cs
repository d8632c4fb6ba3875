using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Mailboxes;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>The storage requests of a client that receives nothing and polls again as soon as its poll has ended.</summary>
public sealed class IdleClientTests : IDisposable
{
    private const double Step = 0.05;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly List<PollHarness> _instances = [];
    private Task<PollOutcome>? _poll;
    private int _polls;

    public void Dispose() => _instances.ForEach(instance => instance.Dispose());

    private FakeQueueClient Queue => _instances[0].Queue;

    private string[] Requests => [.. Queue.Requests.GroupBy(request => request).Select(kind => $"{kind.Count()} {kind.Key}").Order()];

    // The presence; then a look in each 30 seconds, of which the last is at the end.
    [Fact]
    public async Task APoll_Of220Seconds_MakesNineRequests()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Requests.Clear();

        await WaitAsync(polls: 1, timeout: 220);

        Assert.Equal(
            ["metadata", "properties", "properties", "properties", "properties", "properties", "properties", "properties", "properties"],
            Queue.Requests);
    }

    // 16 polls of 220 seconds are 58 minutes and 40 seconds: 2.45 requests a minute. Jitter adds no look.
    [Theory]
    [InlineData(0d)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public async Task AnHour_OfPollsOf220Seconds_MakesNineRequestsForEach(double jitter)
    {
        await StartAsync(instances: 1, jitter);
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Requests.Clear();

        await WaitAsync(polls: 16, timeout: 220);

        Assert.Equal(["128 properties", "16 metadata"], Requests);
    }

    // The default timeout.
    [Fact]
    public async Task AnHour_OfPollsOf30Seconds_MakesTwoRequestsForEach()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 10, timeout: 30);
        Queue.Requests.Clear();

        await WaitAsync(polls: 120, timeout: 30);

        Assert.Equal(["120 metadata", "120 properties"], Requests);
    }

    // Each poll is held at the other instance than the one before. The first look publishes and counts at once, and the instance that the
    // client has left reads once what is published.
    [Fact]
    public async Task AnHour_OfPollsThatAlternateBetweenTwoInstances_MakesElevenRequestsForEach()
    {
        await StartAsync(instances: 2);
        await WaitAsync(polls: 4, timeout: 220);
        await AdvanceAsync(seconds: 3);
        Queue.Requests.Clear();

        await WaitAsync(polls: 16, timeout: 220);
        await AdvanceAsync(seconds: 3);

        Assert.Equal(["160 properties", "17 metadata"], Requests);
    }

    [Fact]
    public async Task Maximum_Of40Seconds_MakesSevenRequestsForAPollOf220Seconds()
    {
        await StartAsync(instances: 1, settings: ("FuncComet:Backoff:Maximum", "00:00:40"));
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Requests.Clear();

        await WaitAsync(polls: 16, timeout: 220);

        Assert.Equal(["16 metadata", "96 properties"], Requests);
    }

    // No pause is longer than the setting says, from poll to poll too.
    [Theory]
    [InlineData(0d)]
    [InlineData(0.2)]
    public async Task Looks_AreNeverMoreThanTheLongestPauseApart(double jitter)
    {
        await StartAsync(instances: 1, jitter);
        var looks = new List<DateTimeOffset>();
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Answered = request => looks.AddRange(request == "properties" ? [_time.GetUtcNow()] : []);

        await WaitAsync(polls: 16, timeout: 220);

        var longest = looks.Zip(looks.Skip(1), (one, next) => next - one).Max();
        Assert.InRange(longest, TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(30 + Step));
    }

    // Nobody rings for it, as when the ring was lost: only a look finds it.
    [Fact]
    public async Task AMessageWithoutARing_ThatComesBetweenTwoPolls_IsFoundWithinTheLongestPause()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 3, timeout: 220);
        await _instances[0].PutAsync("hello");
        var waited = 0.0;

        for (; waited < 60 && _instances[0].Answer.Messages.Count == 0; waited += Step)
        {
            await StepAsync(timeout: 220);
        }

        Assert.Equal("hello", Assert.Single(_instances[0].Answer.Messages).Message.Text());
        Assert.InRange(waited, 1, 30 + (2 * Step));
    }

    // Pushes at other instances ring here without a gap: a presence is always published, and there is never a look in between.
    [Fact]
    public async Task Presence_FromPollToPoll_HasNoGap()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        var ends = new List<(DateTimeOffset At, DateTimeOffset Until)>();

        var ended = _polls + 2;
        while (_polls < ended)
        {
            await StepAsync(timeout: 220);
            var presence = Assert.Single(MailboxMetadata.PresencesIn(Queue.Metadata).All);
            ends.Add((_time.GetUtcNow(), presence.Until));
        }

        Assert.All(ends, each => Assert.True(each.Until > each.At, each.ToString()));
    }

    // What was published for the poll before has ended by then, so a push may have missed this poll.
    [Fact]
    public async Task APresence_ThatIsWrittenTooLate_IsFollowedByALook()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        var write = Queue.Hold("metadata");
        await StepAsync(timeout: 220);
        Queue.Requests.Clear();
        await AdvanceAsync(seconds: 2);
        write.SetResult();

        await AdvanceAsync(seconds: 0.5);

        Assert.Contains("properties", Queue.Requests);
    }

    [Fact]
    public async Task APresence_ThatCannotBeWritten_IsWrittenAtALookWithinASecond()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Arrived = (request, _) => request == "metadata"
            ? throw FakeQueueClient.Failed(500, QueueErrorCode.InternalError)
            : Task.CompletedTask;
        await StepAsync(timeout: 220);
        Queue.Arrived = (_, _) => Task.CompletedTask;
        Queue.Requests.Clear();

        await AdvanceAsync(seconds: 1);

        Assert.Equal(["metadata", "properties"], Queue.Requests);
    }

    // A poll that goes on where the one before ended still has a last look of its own.
    [Fact]
    public async Task AShortPoll_AfterALongOne_TimesOut_AfterALook()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        Queue.Requests.Clear();
        var began = _time.GetUtcNow();

        await WaitAsync(polls: 1, timeout: 10);

        Assert.Equal(["metadata", "properties"], Queue.Requests);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10 + (2 * Step)));
    }

    // A client that was away for longer than a second may have missed something.
    [Fact]
    public async Task APoll_ThatComesTwoSecondsLater_LooksAtOnce()
    {
        await StartAsync(instances: 1);
        await WaitAsync(polls: 2, timeout: 220);
        await AdvanceAsync(seconds: 1.5);
        Queue.Requests.Clear();

        await StepAsync(timeout: 220);

        Assert.Equal(["metadata", "properties"], Queue.Requests);
    }

    // Sends and deletes of the message are not counted: they are not those of an idle client.
    private async Task StartAsync(int instances, double jitter = 0, params (string Name, string Value)[] settings)
    {
        var storage = new FakeQueueService(_time);
        for (var instance = 0; instance < instances; instance++)
        {
            _instances.Add(new PollHarness(_time, storage, hasBell: true, jitter: jitter, settings: settings));
            await _instances[instance].OpenBellAsync();
        }

        await storage.Mailboxes().Open(_instances[0].Alice).SendAsync(Named.Message("first"), TimeSpan.FromHours(1));
        await Queue.ClearMessagesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Polls until this many polls more have ended, and no other has begun.</summary>
    private async Task WaitAsync(int polls, double timeout)
    {
        var ended = _polls + polls;
        do
        {
            await StepAsync(timeout);
        }
        while (!(_poll!.IsCompleted && _polls == ended));
    }

    private async Task StepAsync(double timeout)
    {
        if (_poll is null or { IsCompleted: true })
        {
            Assert.True(_poll is null || await _poll == PollOutcome.TimedOut);
            var instance = _instances[_polls++ % _instances.Count];
            var request = new PollRequest(instance.Alice, TimeSpan.FromSeconds(timeout));
            _poll = instance.Poll.RunAsync(request, instance.Answer, CancellationToken.None);
            await Task.Yield();
        }

        await AdvanceAsync(Step);
    }

    private async Task AdvanceAsync(double seconds)
    {
        for (var advanced = 0.0; advanced < seconds - (Step / 2); advanced += Step)
        {
            _time.Advance(TimeSpan.FromSeconds(Step));
            await Task.Yield();
        }
    }
}
