using FuncComet.Core.Tests.Polling;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>Whether a recipient waits, asked at an instance that holds their poll and at one that does not.</summary>
public sealed class PresenceQueryTests : IDisposable
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Began);
    private readonly FakeQueueService _storage;
    private readonly PollHarness _here;
    private readonly PollHarness _there;
    private readonly CancellationTokenSource _leaves = new();

    public PresenceQueryTests()
    {
        _storage = new FakeQueueService(_time);
        (_here, _there) = (new PollHarness(_time, _storage, hasBell: true), new PollHarness(_time, _storage, hasBell: true));
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _leaves.Dispose();
    }

    private FakeQueueClient Queue => _here.Queue;

    [Fact]
    public async Task Ask_ForSomebodyWhoHasNeverWaited_KnowsNoTime()
    {
        Assert.Equal((false, null), await AskAsync(_here));

        Queue.IsThere = true;
        Assert.Equal((false, null), await AskAsync(_here));
    }

    [Fact]
    public async Task Ask_WhereThePollWaits_IsTrueWithoutARequest()
    {
        _ = _here.PollAsync(seconds: 30);
        Queue.Requests.Clear();

        Assert.Equal((true, Minute(4)), await AskAsync(_here));

        Assert.Empty(Queue.Requests);
    }

    [Fact]
    public async Task Ask_AnotherInstance_IsTrueWithinASecond_AndFalseWithinThree()
    {
        Queue.IsThere = true;
        await _there.OpenBellAsync();
        _there.Steps.Remember(_there.Alice, 0);
        var poll = Begin();
        Assert.Equal((false, null), await AskAsync(_here));

        await _here.AdvanceAsync(1);
        Assert.Equal((true, Minute(4)), await AskAsync(_here));
        await _here.AdvanceAsync(120);
        Assert.Equal((true, Minute(6)), await AskAsync(_here));

        await _leaves.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Assert.Equal((false, Minute(6)), await AskAsync(_there));
        await _here.AdvanceAsync(3);
        Assert.Equal((false, Minute(6)), await AskAsync(_here));
        await _here.AdvanceAsync(300);
        Assert.Equal((false, Minute(6)), await AskAsync(_here));
    }

    [Fact]
    public async Task Ask_WhenThereWasNoMailbox_IsTrueWithinThreeSeconds()
    {
        await _there.OpenBellAsync();
        _ = Begin();

        await _here.AdvanceAsync(3);

        Assert.Equal((true, Minute(4)), await AskAsync(_here));
    }

    // The next poll relies on the look before, so its first look, which publishes, comes later.
    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public async Task Ask_WhileAClientPollsAgainAfterEachTimeout_IsAlwaysTrue(double away)
    {
        await _there.OpenBellAsync();
        for (var poll = 0; poll < 3; poll++)
        {
            await _here.AdvanceAsync(away);
            var polled = await _there.PollQuietlyAsync(seconds: 20);
            while (!polled.IsCompleted)
            {
                Assert.True((await AskAsync(_here)).IsWaiting);
                await _here.AdvanceAsync(0.05);
            }

            Assert.Equal(PollOutcome.TimedOut, await polled.Bounded());
        }
    }

    [Fact]
    public async Task Ask_WithoutTheDoorbell_KnowsItsOwnInstance()
    {
        using var one = new PollHarness(_time, _storage);
        using var two = new PollHarness(_time, _storage);
        _ = one.PollAsync(seconds: 30);
        await one.AdvanceAsync(5);

        Assert.Equal((true, Minute(4)), await AskAsync(one));
        Assert.Equal((false, null), await AskAsync(two));
    }

    [Fact]
    public async Task Ask_ForSeveral_NamesThoseOfWhomStorageDidNotTell()
    {
        var (alice, carol) = (_here.Alice, Named.Recipient("carol"));
        _storage.Of(carol).Failure = FakeQueueClient.Failed(503, "ServerBusy");

        var answers = await _here.Presence.AskAsync([alice, carol]);

        Assert.Equal([(alice, false), (carol, null)], answers.Select(answer => (answer.Recipient, answer.Presence?.IsWaiting)));
    }

    [Fact]
    public async Task Push_ThatAsks_KnowsOfAPollElsewhere_ByTheReadOfItsRing()
    {
        await _there.OpenBellAsync();
        _ = await _there.PollQuietlyAsync();
        Queue.Requests.Clear();

        Assert.True((await PushAsync()).IsWaiting);

        Assert.Equal(["send", "properties"], Queue.Requests);
    }

    [Fact]
    public async Task Push_ThatAsks_WhenNobodyWaits_IsFalse()
    {
        Queue.IsThere = true;

        Assert.False((await PushAsync()).IsWaiting);

        Assert.Equal(["send", "properties"], Queue.Requests);
    }

    [Fact]
    public async Task Push_ThatAsks_WhenAPollHereTakesTheMessage_NeedsNoRequest()
    {
        Queue.IsThere = true;
        _ = _here.PollAsync(seconds: 30);
        Queue.Requests.Clear();

        Assert.True((await PushAsync()).IsWaiting);

        Assert.Equal(["delete", "send"], Queue.Requests.Order());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    public async Task Push_ThatAsksWithADelay_KnowsOfAPollElsewhere(int delay)
    {
        await _there.OpenBellAsync();
        _ = await _there.PollQuietlyAsync();
        Queue.Requests.Clear();

        Assert.True((await PushAsync(delay)).IsWaiting);

        Assert.Equal(["send", "properties"], Queue.Requests);
    }

    [Fact]
    public async Task Pushes_ThatAskAtTheSameTime_AreAllTold()
    {
        Queue.IsThere = true;
        var read = Queue.Hold("properties");
        var pushes = Enumerable.Range(0, 4).Select(_ => PushAsync()).ToArray();

        read.SetResult();

        Assert.All(await Task.WhenAll(pushes).Bounded(), copy => Assert.False(copy.IsWaiting));
        Assert.Equal(2, Queue.Requests.Count(request => request == "properties"));
    }

    [Fact]
    public async Task Push_ThatAsks_WhenStorageDoesNotTell_IsStored()
    {
        Queue.IsThere = true;
        Queue.Arrived = (request, _) => request == "properties" ? throw FakeQueueClient.Failed(503, "ServerBusy") : Task.CompletedTask;

        var copy = await PushAsync();

        Assert.Equal(PushOutcome.Stored, copy.Outcome);
        Assert.Null(copy.IsWaiting);
    }

    [Fact]
    public async Task Push_ThatDoesNotAsk_IsNotTold()
    {
        Queue.IsThere = true;
        var copies = await _here.Push.SendAsync([_here.Alice], Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        Assert.Null(copies[0].IsWaiting);
    }

    private static DateTimeOffset Minute(int minute) => new(2026, 1, 2, 3, minute, 0, TimeSpan.Zero);

    private static async Task<(bool IsWaiting, DateTimeOffset? LastSeen)> AskAsync(PollHarness instance)
    {
        var answer = (await instance.Presence.AskAsync(instance.Alice).Bounded())!;
        return (answer.IsWaiting, answer.LastSeen);
    }

    private Task<PollOutcome> Begin() =>
        _there.Poll.RunAsync(new PollRequest(_there.Alice, TimeSpan.FromSeconds(220)), _there.Answer, _leaves.Token);

    private async Task<PushedCopy> PushAsync(int delay = 0)
    {
        var copies = await _here.Push.SendAsync(
            [_here.Alice], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(delay), asksPresence: true).Bounded();
        return copies[0];
    }
}
