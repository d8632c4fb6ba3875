using Azure;
using FuncComet.Mailboxes;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Pushing;

public sealed class MessagePushTests : IDisposable
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeQueueService _storage;
    private readonly List<CoreInstance> _instances = [];

    public MessagePushTests() => _storage = new FakeQueueService(_time);

    public void Dispose() => _instances.ForEach(instance => instance.Dispose());

    private FakeQueueClient Alices => _storage.Of(Named.Recipient("alice"));

    [Fact]
    public async Task Send_WhenOneMailboxFails_StoresTheOthersAndReportsWhich()
    {
        _storage.Of(Named.Recipient("bob")).Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        var push = CreatePush();

        var copies = await push.SendAsync(
            [Named.Recipient("alice"), Named.Recipient("bob"), Named.Recipient("carol")], Named.Message("x"), Ttl, TimeSpan.Zero).Bounded();

        Assert.Equal(
            [("alice", true), ("bob", false), ("carol", true)],
            copies.Select(copy => (copy.Recipient.Name, copy.Outcome == PushOutcome.Stored)));
        Assert.Single(_storage.Of(Named.Recipient("alice")).Texts);
        Assert.Single(_storage.Of(Named.Recipient("carol")).Texts);
    }

    [Fact]
    public async Task Send_StoresTheSameMessageForEach()
    {
        var push = CreatePush();
        var message = Named.Message("x");

        await push.SendAsync([Named.Recipient("alice"), Named.Recipient("bob")], message, Ttl, TimeSpan.Zero).Bounded();

        foreach (var name in new[] { "alice", "bob" })
        {
            var received = await _storage.Mailboxes().Open(Named.Recipient(name)).ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
            Assert.Equal(message.Id, received!.Message.Id);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task Send_ToAMailboxThatFills_IsRefusedWithinTenPercentAndRarelyCounts(int maxDepth)
    {
        var push = CreatePush(maxDepth);

        var stored = 0;
        while (stored <= 2 * maxDepth && await SendAsync(push) == PushOutcome.Stored)
        {
            stored++;
        }

        Assert.InRange(stored, 0.9 * maxDepth, 1.1 * maxDepth);
        var counts = Alices.Requests.Count(request => request == "properties");
        Assert.InRange(counts, 1, Math.Max(21, maxDepth * 21 / 20 / Math.Max(1, maxDepth / 20)));
    }

    [Fact]
    public async Task Send_ToAFullMailbox_SucceedsAsSoonAsThereIsRoom()
    {
        var push = CreatePush(maxDepth: 10);
        while (await SendAsync(push) == PushOutcome.Stored)
        {
        }

        Assert.Equal(PushOutcome.MailboxFull, await SendAsync(push));
        await _storage.Mailboxes().Open(Named.Recipient("alice")).ClearAsync();
        Assert.Equal(PushOutcome.Stored, await SendAsync(push));
    }

    [Fact]
    public async Task Send_ByManyAtOnce_ToAFullMailbox_CountsForAllOfThemOnceMore()
    {
        var push = CreatePush(maxDepth: 1);
        await SendAsync(push);
        Alices.Requests.Clear();
        var counting = Alices.Hold("properties");
        Task<PushOutcome>[] sends = [.. Enumerable.Range(0, 50).Select(_ => SendAsync(push))];

        counting.SetResult();

        Assert.All(await Task.WhenAll(sends).Bounded(), outcome => Assert.Equal(PushOutcome.MailboxFull, outcome));
        Assert.Equal(["properties", "properties"], Alices.Requests);
    }

    [Fact]
    public async Task Send_WhenACountFails_DoesNotTakeTheMailboxForFull()
    {
        var push = CreatePush(maxDepth: 1);
        await SendAsync(push);
        await _storage.Mailboxes().Open(Named.Recipient("alice")).ClearAsync();
        Alices.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        Assert.Equal(PushOutcome.StorageFailed, await SendAsync(push));
        Alices.Failure = null;
        Assert.Equal(PushOutcome.Stored, await SendAsync(push));
    }

    [Fact]
    public async Task Send_InSmallBursts_EachOnANewInstance_IsRefusedAtTheLimit()
    {
        var stored = 0;
        foreach (var burst in Enumerable.Range(0, 30))
        {
            var push = CreatePush(maxDepth: 100);
            foreach (var number in Enumerable.Range(0, 5))
            {
                stored += await SendAsync(push) == PushOutcome.Stored ? 1 : 0;
            }
        }

        Assert.Equal(100, stored);
    }

    [Fact]
    public async Task Send_ByManyAtOnce_IsRefusedWithinTenPercentToo()
    {
        var push = CreatePush(maxDepth: 100);

        var ends = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Task.Run(() => SendAsync(push)))).Bounded();

        Assert.InRange(ends.Count(end => end == PushOutcome.Stored), 90, 110);
    }

    [Fact]
    public async Task Send_OfFewMessages_CountsOnce()
    {
        var push = CreatePush(maxDepth: 10_000);
        foreach (var _ in Enumerable.Range(0, 500))
        {
            Assert.Equal(PushOutcome.Stored, await SendAsync(push));
        }

        Assert.Single(Alices.Requests, "properties");
    }

    private MessagePush CreatePush(int maxDepth = 10_000)
    {
        var instance = new CoreInstance(
            _time, _storage, ("FuncComet:Mailbox:MaxDepth", $"{maxDepth}"), ("FuncComet:Doorbell:Enabled", "false"));
        _instances.Add(instance);
        return _instances[^1].Get<MessagePush>();
    }

    private async Task<PushOutcome> SendAsync(MessagePush push) =>
        (await push.SendAsync([Named.Recipient("alice")], Named.Message("x"), Ttl, TimeSpan.Zero))[0].Outcome;
}
