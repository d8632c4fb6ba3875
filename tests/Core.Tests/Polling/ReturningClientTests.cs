using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>Pushes that come between two polls of a client which polls again at once.</summary>
public sealed class ReturningClientTests : IDisposable
{
    private readonly PollHarness _instance = new();
    private readonly PollHarness _direct = new(handover: HandoverMode.Direct);

    public ReturningClientTests() => (_instance.Queue.IsThere, _direct.Queue.IsThere) = (true, true);

    public void Dispose()
    {
        _instance.Dispose();
        _direct.Dispose();
    }

    [Fact]
    public async Task Push_BeforeThePoll_WaitsForIt_AndCostsASendAndADelete()
    {
        await ReturnAsync(_instance, afterMilliseconds: 3);
        _instance.Queue.Requests.Clear();

        var push = PushAsync(_instance, "third");
        _instance.Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.False(push.IsCompleted);
        var poll = Poll(_instance);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Equal("third", Assert.Single(poll.Answer.Messages).Message.Text());
        Assert.Equal(["send", "delete"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Push_BeforeThePollWithDirect_WaitsForIt_AndCostsNothing()
    {
        await ReturnAsync(_direct, afterMilliseconds: 3);
        _direct.Queue.Requests.Clear();

        var push = PushAsync(_direct, "third");
        var poll = Poll(_direct);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(PushOutcome.Written, (await push.Bounded()).Outcome);
        Assert.Empty(_direct.Queue.Requests);
    }

    [Fact]
    public async Task Push_BeforeAPollInLeaseModeWithDirect_IsStoredAndHandedOver()
    {
        await ReturnAsync(_direct, afterMilliseconds: 3);
        _direct.Queue.Requests.Clear();

        var push = PushAsync(_direct, "third");
        var poll = Poll(_direct, lease: 60);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Equal(["send"], _direct.Queue.Requests);
    }

    [Theory]
    [InlineData(3, 9)]
    [InlineData(12, 23)]
    [InlineData(25, 49)]
    public async Task Push_WhenNoPollComesInTwiceTheLastTime_IsStored_AndTheNextDoesNotWait(int lastMilliseconds, int waitsMilliseconds)
    {
        await ReturnAsync(_instance, lastMilliseconds);
        var push = PushAsync(_instance, "third");
        _instance.Time.Advance(TimeSpan.FromMilliseconds(waitsMilliseconds));
        Assert.False(push.IsCompleted);

        _instance.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Equal(PushOutcome.Stored, (await PushAsync(_instance, "fourth").Bounded()).Outcome);
    }

    [Fact]
    public async Task Push_ToAClientThatIsFarAway_DoesNotWait_AndTheNextPollReceivesAtOnce()
    {
        await ReturnAsync(_instance, afterMilliseconds: 26);
        _instance.Queue.Requests.Clear();

        Assert.Equal(PushOutcome.Stored, (await PushAsync(_instance, "third").Bounded()).Outcome);
        _instance.Time.Advance(TimeSpan.FromMilliseconds(26));
        var poll = Poll(_instance);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "receive", "delete"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Push_AfterAllThatWasRungForIsReceived_IsHandedOverWithoutALook()
    {
        await ReturnAsync(_instance, afterMilliseconds: 26);
        await PushAsync(_instance, "third").Bounded();
        Assert.Equal(PollOutcome.Delivered, await Poll(_instance).End.Bounded());
        _instance.Queue.Requests.Clear();

        var poll = Poll(_instance);
        await PushAsync(_instance, "fourth").Bounded();

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "delete"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Poll_WhenItReceivesAnotherMessageThanThatOfTheRing_LeavesTheRingToTheNext()
    {
        await ReturnAsync(_instance, afterMilliseconds: 26);
        await _instance.PutAsync("pushed elsewhere");
        await PushAsync(_instance, "pushed here").Bounded();
        var first = Poll(_instance);
        Assert.Equal(PollOutcome.Delivered, await first.End.Bounded());

        var push = PushAsync(_instance, "later");
        var next = Poll(_instance);

        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Equal("pushed elsewhere", Assert.Single(first.Answer.Messages).Message.Text());
        Assert.Equal("pushed here", Assert.Single(next.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Pushes_ThatWaitTogether_GoOneToThePoll_AndTheOthersTogetherToTheNext()
    {
        await ReturnAsync(_instance, afterMilliseconds: 3);
        _instance.Queue.Requests.Clear();

        Task<PushedCopy>[] pushes = [.. Enumerable.Range(0, 4).Select(number => PushAsync(_instance, $"{number}"))];
        var first = Poll(_instance, max: 10);
        await Task.WhenAll(pushes).Bounded();
        Assert.Equal(PollOutcome.Delivered, await first.End.Bounded());
        var second = Poll(_instance, max: 10);

        Assert.Equal(PollOutcome.Delivered, await second.End.Bounded());
        Assert.Equal(["0"], first.Answer.Messages.Select(message => message.Message.Text()));
        Assert.Equal(["1", "2", "3"], second.Answer.Messages.Select(message => message.Message.Text()));
        Assert.Equal(1, _instance.Queue.Requests.Count(request => request == "receive"));
        Assert.Equal(4, _instance.Queue.Requests.Count(request => request == "send"));
        Assert.Equal(4, _instance.Queue.Requests.Count(request => request == "delete"));
        Assert.Equal(9, _instance.Queue.Requests.Count);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(10, 2)]
    [InlineData(30, 3)]
    public async Task Messages_EachPushedBeforeThePoll_CostTwoRequestsOrThree(int millisecondsToReturn, int requests)
    {
        await ReturnAsync(_instance, millisecondsToReturn);
        _instance.Queue.Requests.Clear();

        foreach (var number in Enumerable.Range(0, 10))
        {
            var push = PushAsync(_instance, $"{number}");
            _instance.Time.Advance(TimeSpan.FromMilliseconds(millisecondsToReturn));
            var poll = Poll(_instance);
            Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
            Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
            Assert.Equal($"{number}", Assert.Single(poll.Answer.Messages).Message.Text());
        }

        Assert.Equal(10 * requests, _instance.Queue.Requests.Count);
    }

    // A poll without time to wait looks first.
    [Fact]
    public async Task Push_WhenThePollThatItWaitedForCannotBeHandedAMessage_IsStored()
    {
        await ReturnAsync(_instance, afterMilliseconds: 3);

        var push = PushAsync(_instance, "third");
        var poll = Poll(_instance, seconds: 0);

        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Contains(await poll.End.Bounded(), new[] { PollOutcome.TimedOut, PollOutcome.Delivered });
        Assert.Equal(0, _instance.Held.Count);
    }

    private static async Task ReturnAsync(PollHarness instance, int afterMilliseconds)
    {
        // How soon a client is back is known when it has been back once.
        await DeliverAsync(instance, "first");
        instance.Time.Advance(TimeSpan.FromMilliseconds(afterMilliseconds));
        await DeliverAsync(instance, "second");
    }

    private static async Task DeliverAsync(PollHarness instance, string text)
    {
        var poll = Poll(instance);
        await PushAsync(instance, text).Bounded();
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
    }

    private static (Task<PollOutcome> End, RecordedAnswer Answer) Poll(
        PollHarness instance, int seconds = 30, int? lease = null, int max = 1)
    {
        var answer = new RecordedAnswer();
        var request = new PollRequest(instance.Alice, TimeSpan.FromSeconds(seconds))
        {
            Lease = lease is { } time ? TimeSpan.FromSeconds(time) : null,
            Max = max,
        };
        return (instance.Poll.RunAsync(request, answer, CancellationToken.None), answer);
    }

    private static async Task<PushedCopy> PushAsync(PollHarness instance, string text) =>
        (await instance.Push.SendAsync([instance.Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.Zero))[0];
}
