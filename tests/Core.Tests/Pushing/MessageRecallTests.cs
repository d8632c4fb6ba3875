using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Pushing;

/// <summary>Taking messages back, on a storage that answers as Azurite does and on one that answers as Azure documents.</summary>
public abstract class MessageRecallTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly PollHarness _instance;
    private readonly MessageRecall _recall;

    protected MessageRecallTests(bool answersAsAzure)
    {
        var storage = new FakeQueueService(_time) { AnswersAsAzure = answersAsAzure };
        _instance = new PollHarness(_time, storage);
        _recall = _instance.Recall;
        _instance.Queue.IsThere = true;
    }

    public void Dispose()
    {
        _instance.Dispose();
        GC.SuppressFinalize(this);
    }

    private FakeQueueClient Queue => _instance.Queue;

    private Mailbox Mailbox => _instance.Storage.Mailboxes().Open(_instance.Alice);

    [Theory]
    [InlineData(0)]
    [InlineData(600)]
    public async Task Recall_OfAMessageThatNobodyReceived_RemovesIt(int delay)
    {
        using var recalled = new MetricCollector<long>(_instance.Meters, FuncCometMetrics.MeterName, "funccomet.push.recalled");
        var kept = await PushAsync("kept");
        var pushed = await PushAsync("x", delay);
        Queue.Requests.Clear();

        Assert.Equal([RecallOutcome.Removed], await RecallAsync(pushed));

        Assert.Equal(["delete"], Queue.Requests);
        Assert.Equal("kept", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline).Bounded())!.Message.Text());
        Assert.Single(Queue.Texts);
        Assert.Equal(1, Assert.Single(recalled.GetMeasurementSnapshot()).Value);
        Assert.NotEqual(kept.Recall!.Text, pushed.Recall!.Text);
    }

    [Fact]
    public async Task Recall_OfADelayedMessageThatHasBecomeVisible_RemovesIt()
    {
        var pushed = await PushAsync("x", delay: 60);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal([RecallOutcome.Removed], await RecallAsync(pushed));

        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Recall_WhenRepeated_IsTooLate()
    {
        var pushed = await PushAsync("x");
        await RecallAsync(pushed);

        Assert.Equal([RecallOutcome.AlreadyDelivered], await RecallAsync(pushed));
    }

    [Fact]
    public async Task Recall_OfAMessageThatWasReceived_IsTooLate_EvenIfItIsBack()
    {
        var pushed = await PushAsync("x");
        await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline).Bounded();

        Assert.Equal([RecallOutcome.AlreadyDelivered], await RecallAsync(pushed));
        _time.Advance(Lease);

        Assert.Equal([RecallOutcome.AlreadyDelivered], await RecallAsync(pushed));
        Assert.Single(Queue.Texts);
    }

    [Fact]
    public async Task Recall_OfAMessageThatHasExpired_IsTooLate()
    {
        var pushed = await PushAsync("x");
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal([RecallOutcome.AlreadyDelivered], await RecallAsync(pushed));
    }

    [Fact]
    public async Task Recall_WhenTheQueueIsGone_IsTooLate()
    {
        var pushed = await PushAsync("x");
        await Queue.DeleteAsync(TestContext.Current.CancellationToken);

        Assert.Equal([RecallOutcome.AlreadyDelivered], await RecallAsync(pushed));
    }

    [Fact]
    public async Task Recall_OfSeveral_RemovesThoseThatItCan_AndTellsEach()
    {
        var (first, second, third) = (await PushAsync("1"), await PushAsync("2"), await PushAsync("3"));
        await RecallAsync(second);

        Assert.Equal(
            [RecallOutcome.Removed, RecallOutcome.AlreadyDelivered, RecallOutcome.Removed], await RecallAsync(first, second, third));

        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Recall_WhenStorageFails_IsUnknown()
    {
        var pushed = await PushAsync("x");
        Queue.Failure = FakeQueueClient.Failed(503, "ServerBusy");

        Assert.Equal([RecallOutcome.StorageFailed], await RecallAsync(pushed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public async Task Push_ThatIsHandedToAPoll_HasNoRecall(int? lease)
    {
        var poll = _instance.Poll.RunAsync(
            new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)) { Lease = lease is { } given ? TimeSpan.FromSeconds(given) : null },
            _instance.Answer,
            CancellationToken.None);

        var pushed = await PushAsync("x");

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.True(pushed.IsAccepted);
        Assert.Null(pushed.Recall);
    }

    [Fact]
    public async Task Push_WhoseHandOverFallsThrough_HasTheRecallOfItsGiveBack()
    {
        var poll = _instance.PollAsync(seconds: 30);
        var send = Queue.Hold("send");
        var push = PushAsync("x");
        await _instance.ClientAborted.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        send.SetResult();
        var pushed = await push.Bounded();

        Assert.Equal([RecallOutcome.Removed], await RecallAsync(pushed));

        Assert.Empty(Queue.Texts);
    }

    [Theory]
    [InlineData(WriteOutcome.Written)]
    [InlineData(WriteOutcome.Broken)]
    public async Task Push_ThatIsWrittenDirectly_HasNoRecall_EvenIfItBreaksAndIsStored(WriteOutcome outcome)
    {
        using var direct = new PollHarness(_time, _instance.Storage, handover: HandoverMode.Direct);
        direct.Answer.Write = _ => Task.FromResult(outcome);
        _ = direct.PollAsync(seconds: 30);

        var pushed = await PushAsync(direct, "x", delay: 0);

        Assert.True(pushed.IsAccepted);
        Assert.Null(pushed.Recall);
    }

    [Fact]
    public async Task Push_ThatFindsTheDirectClientGone_HasARecall()
    {
        using var direct = new PollHarness(_time, _instance.Storage, handover: HandoverMode.Direct);
        direct.Answer.Write = _ => Task.FromResult(WriteOutcome.NotBegun);
        _ = direct.PollAsync(seconds: 30);

        var pushed = await PushAsync(direct, "x", delay: 0);

        Assert.Equal([RecallOutcome.Removed], await RecallAsync(pushed));
    }

    private Task<PushedCopy> PushAsync(string text, int delay = 0) => PushAsync(_instance, text, delay);

    private static async Task<PushedCopy> PushAsync(PollHarness instance, string text, int delay) => Assert.Single(
        await instance.Push.SendAsync(
            [instance.Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.FromSeconds(delay)).Bounded());

    private Task<RecallOutcome[]> RecallAsync(params PushedCopy[] copies) =>
        _recall.RunAsync(_instance.Alice, Array.ConvertAll(copies, copy => Read(copy.Recall!.Text, copy.Recipient))).Bounded();

    private static RecallHandle Read(string text, Recipient recipient) =>
        RecallHandle.TryParse(text, recipient, out var handle) ? handle : throw new ArgumentException(text);
}

/// <inheritdoc/>
public sealed class MessageRecallOnAzuriteTests() : MessageRecallTests(answersAsAzure: false);

/// <inheritdoc/>
public sealed class MessageRecallOnAzureTests() : MessageRecallTests(answersAsAzure: true);
