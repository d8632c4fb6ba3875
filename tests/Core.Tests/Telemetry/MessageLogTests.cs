using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Operations;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Telemetry;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Telemetry;

/// <summary>The lines of the log by message id, one for each step of a message.</summary>
public sealed class MessageLogTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<PollHarness> _instances = [];

    public void Dispose() => _instances.ForEach(instance => instance.Dispose());

    [Fact]
    public async Task APushThatIsStored_AndItsPoll_HaveALineEach_WithBothIds()
    {
        var (instance, lines) = Start();

        var message = await PushAsync(instance, "hello");
        await instance.PollAsync(seconds: 0).Bounded();

        var delivered = Assert.Single(instance.Answer.Messages);
        var named = Named(instance, message, delivered);
        Assert.Equal(
            [$"stored: {named}, hidden 0 s, expires 2026-01-01T01:00:00.000Z", $"delivered: {named}, delivery 1, lease 0 s"], lines());
    }

    [Fact]
    public async Task ADelayedPush_SaysHowLongItIsHidden()
    {
        var (instance, lines) = Start();

        await PushAsync(instance, "hello", delay: 90);

        Assert.EndsWith(", hidden 90 s, expires 2026-01-01T01:00:00.000Z", Assert.Single(lines()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHandOver_IsStored_Handed_AndDelivered()
    {
        var (instance, lines) = Start();
        var poll = PollAsync(instance, seconds: 30, lease: 60);

        var message = await PushAsync(instance, "hello");
        await poll.Bounded();

        var named = Named(instance, message, Assert.Single(instance.Answer.Messages));
        Assert.Equal(
            [
                $"stored: {named}, hidden 60 s, expires 2026-01-01T01:00:00.000Z",
                $"handed: {named}, delivery 1",
                $"delivered: {named}, delivery 1, lease 60 s",
            ],
            lines());
    }

    [Fact]
    public async Task AMessageThatIsNotStored_HasNoStorageId()
    {
        var (instance, lines) = Start(handover: HandoverMode.Direct);
        var poll = PollAsync(instance, seconds: 30);

        var message = await PushAsync(instance, "hello");
        await poll.Bounded();

        var named = $"message {message.Id:N}, storage id none, queue {instance.Alice.QueueName("fc")}";
        Assert.Equal([$"handed: {named}, delivery 1", $"delivered: {named}, delivery 1, lease 0 s"], lines());
    }

    [Fact]
    public async Task AnAnswerThatIsNotWritten_GivesTheMessageBack()
    {
        var (instance, lines) = Start();
        var message = await PushAsync(instance, "hello");
        instance.Answer.Write = _ => Task.FromResult(WriteOutcome.Broken);

        await instance.PollAsync(seconds: 0).Bounded();

        Assert.Equal([$"given back: {Named(instance, message, Assert.Single(instance.Answer.Messages))}"], lines().Skip(1));
    }

    [Fact]
    public async Task AHandOverWhoseClientLeaves_IsStored_AndGivenBack()
    {
        var (instance, lines) = Start();
        var poll = PollAsync(instance, seconds: 30);
        var send = instance.Queue.Hold("send");
        var push = PushAsync(instance, "hello");
        await instance.ClientAborted.CancelAsync();
        await poll.Bounded();

        send.SetResult();
        await push.Bounded();

        Assert.Equal(["stored", "given back"], lines().Select(line => line.Split(':')[0]));
    }

    [Fact]
    public async Task RenewalReleaseAndAcknowledgement_NameStoragesIdAlone()
    {
        var (instance, lines) = Start();
        await PushAsync(instance, "hello");
        await PollAsync(instance, seconds: 0, lease: 60).Bounded();
        var leased = Assert.Single(instance.Answer.Messages);

        var renewed = Assert.Single(await instance.Leases.RenewAsync(instance.Alice, [leased.Receipt], TimeSpan.FromMinutes(5)).Bounded());
        await instance.Leases.ReleaseAsync(instance.Alice, [renewed.Renewed!], TimeSpan.Zero).Bounded();
        await PollAsync(instance, seconds: 0, lease: 60).Bounded();
        await instance.Acknowledgements.ApplyAsync(instance.Alice, [instance.Answer.Messages[^1].Receipt]).Bounded();

        var named = $"storage id {leased.QueueMessageId}, queue {instance.Alice.QueueName("fc")}";
        Assert.Equal(
            [$"renewed: {named}, lease 300 s", $"released: {named}, after 0 s", $"acknowledged: {named}"],
            lines().Where(line => !line.Contains("message ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AReceiptThatComesTooLate_HasNoLine()
    {
        var (instance, lines) = Start();
        await PushAsync(instance, "hello");
        await PollAsync(instance, seconds: 0, lease: 60).Bounded();
        _time.Advance(TimeSpan.FromSeconds(61));
        await PollAsync(instance, seconds: 0, lease: 60).Bounded();
        var late = instance.Answer.Messages[0].Receipt;

        await instance.Acknowledgements.ApplyAsync(instance.Alice, [late]).Bounded();
        await instance.Leases.RenewAsync(instance.Alice, [late], TimeSpan.FromMinutes(5)).Bounded();
        await instance.Leases.ReleaseAsync(instance.Alice, [late], TimeSpan.Zero).Bounded();

        Assert.Equal(["stored", "delivered", "delivered"], lines().Select(line => line.Split(':')[0]));
    }

    [Fact]
    public async Task AnAcknowledgement_HasItsLine_WhenAnotherOfTheSameRequestFails()
    {
        var (instance, lines) = Start();
        await PushAsync(instance, "one");
        await PushAsync(instance, "two");
        await PollAsync(instance, seconds: 0, lease: 60, max: 2).Bounded();
        var deletes = 0;
        instance.Queue.Arrived = (request, _) =>
            request == "delete" && ++deletes == 2 ? throw new RequestFailedException(503, "busy") : Task.CompletedTask;

        var receipts = instance.Answer.Messages.Select(each => each.Receipt).ToList();
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => instance.Acknowledgements.ApplyAsync(instance.Alice, receipts).Bounded());

        Assert.Equal([receipts[0].QueueMessageId], StorageIds(lines(), "acknowledged"));
    }

    [Fact]
    public async Task ARecall_HasALine()
    {
        var (instance, lines) = Start();
        var copy = Assert.Single(
            await instance.Push.SendAsync([instance.Alice], FuncComet.Testing.Named.Message("hello"), Hour, TimeSpan.Zero).Bounded());

        await instance.Recall.RunAsync(instance.Alice, [copy.Recall!]).Bounded();

        Assert.Equal(
            $"recalled: storage id {copy.Recall!.QueueMessageId}, queue {instance.Alice.QueueName("fc")}", lines()[^1]);
    }

    [Fact]
    public async Task AMessageThatIsMovedToTheDeadLetters_IsDead_WithTheReason()
    {
        var (instance, lines) = Start();
        var message = await PushAsync(instance, "hello");
        for (var delivery = 0; delivery < 4; delivery++)
        {
            await PollAsync(instance, seconds: 0, lease: 60).Bounded();
            _time.Advance(TimeSpan.FromSeconds(61));
        }

        await Await.UntilAsync(() => lines().Any(line => line.StartsWith("dead", StringComparison.Ordinal)), "the line of the move");
        Assert.Equal(
            $"dead: {Named(instance, message, instance.Answer.Messages[0])}, deliveries 4: "
            + "delivered 3 times without an acknowledgement",
            lines()[^1]);
    }

    [Fact]
    public async Task ADeadLetterThatIsPutBack_IsStoredAgain_WithItsIdAndAnotherOfStorage()
    {
        var (instance, lines) = Start();
        var message = await PushAsync(instance, "hello");
        for (var delivery = 0; delivery < 4; delivery++)
        {
            await PollAsync(instance, seconds: 0, lease: 60).Bounded();
            _time.Advance(TimeSpan.FromSeconds(61));
        }

        await Await.UntilAsync(() => lines().Any(line => line.StartsWith("dead", StringComparison.Ordinal)), "the line of the move");
        await instance.Get<DeadLetterRedrive>().RunAsync(instance.Alice, Hour).Bounded();

        Assert.StartsWith($"stored: message {message.Id:N}, storage id ", lines()[^1], StringComparison.Ordinal);
        Assert.Equal(2, StorageIds(lines(), "stored").Distinct().Count());
    }

    [Fact]
    public async Task WithoutTheSetting_NothingIsLogged()
    {
        var (instance, lines) = Start(("FuncComet:Log:Messages", "false"));

        await PushAsync(instance, "hello");
        await instance.PollAsync(seconds: 0).Bounded();

        Assert.Empty(lines());
    }

    [Fact]
    public async Task AShare_LogsSomeMessages_EachInAllOfItsLines_AtEveryInstance()
    {
        var share = ("FuncComet:Log:MessagesShare", "0.5");
        var (instance, lines) = Start(share);
        var (other, linesOfTheOther) = Start(instance.Storage, share);
        for (var number = 0; number < 64; number++)
        {
            await PushAsync(instance, $"{number}");
        }

        // The acknowledgements come to another instance, which knows Storage's ids only.
        await PollAsync(instance, seconds: 0, lease: 60, max: 32).Bounded();
        await PollAsync(instance, seconds: 0, lease: 60, max: 32).Bounded();
        await other.Acknowledgements.ApplyAsync(other.Alice, [.. instance.Answer.Messages.Select(each => each.Receipt)]).Bounded();

        var stored = StorageIds(lines(), "stored");
        Assert.InRange(stored.Length, 10, 54);
        Assert.Equal(stored, StorageIds(lines(), "delivered"));
        Assert.Equal(stored, StorageIds(linesOfTheOther(), "acknowledged"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    public void AShare_IsTheShareOfTheIds(double share)
    {
        var log = new FakeLogger<MessageLog>();
        var messages = new MessageLog(Options.Create(new MessageLogOptions { Messages = true, MessagesShare = share }), log);
        var ids = new Random(1);

        for (var number = 0; number < 4_000; number++)
        {
            var bytes = new byte[16];
            ids.NextBytes(bytes);
            messages.Acknowledged(new Guid(bytes).ToString(), "fc-queue");
        }

        Assert.InRange(log.Collector.Count / 4_000.0, share - 0.05, share + 0.05);
    }

    [Fact]
    public void TheLog_HasACategoryOfItsOwn_AndIsAtInformation()
    {
        var log = new FakeLogger<MessageLog>();
        new MessageLog(Options.Create(new MessageLogOptions { Messages = true }), log).Acknowledged("id", "fc-queue");

        Assert.Equal("FuncComet.Telemetry.MessageLog", log.LatestRecord.Category);
        Assert.Equal(LogLevel.Information, log.LatestRecord.Level);
    }

    private static string[] StorageIds(IEnumerable<string> lines, string step) =>
    [
        .. from line in lines
           where line.StartsWith($"{step}:", StringComparison.Ordinal)
           let id = line.Split("storage id ")[1].Split(',')[0]
           orderby id
           select id,
    ];

    private static string Named(PollHarness instance, Message message, LeasedMessage copy) =>
        $"message {message.Id:N}, storage id {copy.QueueMessageId}, queue {instance.Alice.QueueName("fc")}";

    private static async Task<Message> PushAsync(PollHarness instance, string text, int delay = 0)
    {
        var message = FuncComet.Testing.Named.Message(text);
        await instance.Push.SendAsync([instance.Alice], message, Hour, TimeSpan.FromSeconds(delay)).Bounded();
        return message;
    }

    private static Task<PollOutcome> PollAsync(PollHarness instance, int seconds, int? lease = null, int max = 1)
    {
        var request = new PollRequest(instance.Alice, TimeSpan.FromSeconds(seconds))
        {
            Lease = lease is { } held ? TimeSpan.FromSeconds(held) : null,
            Max = max,
        };
        return instance.Poll.RunAsync(request, instance.Answer, instance.ClientAborted.Token);
    }

    private (PollHarness Instance, Func<string[]> Lines) Start(
        (string Name, string Value)? setting = null, HandoverMode handover = HandoverMode.Stored) =>
        Start(new FakeQueueService(_time), setting, handover);

    private (PollHarness Instance, Func<string[]> Lines) Start(
        FakeQueueService storage, (string Name, string Value)? setting = null, HandoverMode handover = HandoverMode.Stored)
    {
        var settings = new Dictionary<string, string> { ["FuncComet:Log:Messages"] = "true" };
        if (setting is var (name, value))
        {
            settings[name] = value;
        }

        var instance = new PollHarness(
            _time, storage, handover: handover, settings: settings.Select(each => (each.Key, each.Value)));
        _instances.Add(instance);
        instance.Queue.IsThere = true;
        var log = new FakeLoggerProvider();
        instance.Loggers.AddProvider(log);
        return (instance, () =>
            [.. log.Collector.GetSnapshot().Where(line => line.Category == typeof(MessageLog).FullName).Select(line => line.Message)]);
    }
}
