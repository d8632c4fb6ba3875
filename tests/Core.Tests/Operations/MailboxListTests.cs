using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Operations;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Operations;

public sealed class MailboxListTests : IDisposable
{
    private readonly PollHarness _instance = new(new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    private MailboxList List => _instance.Get<MailboxList>();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task List_NamesTheRecipientsOfMailboxes_AndOfNoOtherQueue()
    {
        Recipient[] recipients = [_instance.Alice, Named.Recipient("Größe"), Named.Recipient("用户 🚀"), Named.Recipient("a%41 b")];
        await PushAsync(recipients);
        await CreateAsync("fc-bell-0123456789abcdef0123456789abcdef", ("alive", "1767323045"));
        await CreateAsync("fc-dead-letters");
        await CreateAsync(_instance.Alice.DeadLetterQueueName("fc"), ("recipient", "alice"));
        await CreateAsync(Named.Recipient("nobody").QueueName("fc"));
        await CreateAsync(Named.Recipient("bob").QueueName("fc"), ("recipient", "carol"));
        await CreateAsync(Named.Recipient("broken").QueueName("fc"), ("recipient", "%FF%0A"));
        await CreateAsync(Named.Recipient("dave").QueueName("fcx"), ("recipient", "dave"));

        var page = await List.ListAsync(after: null, max: 100, isCounted: false);

        Assert.Equal(recipients.OrderBy(recipient => recipient.QueueName("fc"), StringComparer.Ordinal), Recipients(page));
        Assert.Null(page!.Next);
        Assert.All(page.Found, mailbox => Assert.Equal(new ListedMailbox(mailbox.Recipient), mailbox));
    }

    [Fact]
    public async Task List_PartByPart_NamesEachRecipientOnce()
    {
        Recipient[] recipients = [.. Enumerable.Range(0, 7).Select(number => Named.Recipient($"user-{number}"))];
        await PushAsync(recipients);
        await CreateAsync("fc-aaaa");
        await CreateAsync("fc-dead-letters");
        _instance.Storage.PageSize = 3;

        var listed = new List<Recipient>();
        QueuePosition? after = null;
        do
        {
            var page = await List.ListAsync(after, max: 2, isCounted: false);
            Assert.InRange(page!.Found.Count, 0, 2);
            listed.AddRange(Recipients(page));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(recipients.OrderBy(recipient => recipient.QueueName("fc"), StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task List_WithCounts_TellsMessagesAndPresence()
    {
        await PushAsync([_instance.Alice]);
        await _instance.PushAsync("hidden, and counted");
        var bob = Named.Recipient("bob");
        await PushAsync([bob]);
        await _instance.Poll.RunAsync(new(bob, TimeSpan.Zero), new RecordedAnswer(), default);
        _ = _instance.Poll.RunAsync(new(bob, TimeSpan.FromSeconds(60)), new RecordedAnswer(), _instance.ClientAborted.Token);

        var page = await List.ListAsync(after: null, max: 100, isCounted: true);

        var ofAlice = page!.Found.Single(mailbox => mailbox.Recipient == _instance.Alice);
        Assert.Equal((2, false, null), (ofAlice.Messages, ofAlice.Presence!.IsWaiting, ofAlice.Presence.LastSeen));
        var ofBob = page.Found.Single(mailbox => mailbox.Recipient == bob);
        Assert.Equal((0, true), (ofBob.Messages, ofBob.Presence!.IsWaiting));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero), ofBob.Presence.LastSeen);
        _instance.ClientAborted.Cancel();
    }

    [Fact]
    public async Task List_WhenTheStorageDoesNotTellOfAMailbox_HasItWithoutCounts()
    {
        var bob = Named.Recipient("bob");
        await PushAsync([_instance.Alice, bob]);
        _instance.Queue.Failure = FakeQueueClient.Failed(503, "ServerBusy");

        var page = await List.ListAsync(after: null, max: 100, isCounted: true);

        Assert.Equal(new ListedMailbox(_instance.Alice), page!.Found.Single(mailbox => mailbox.Recipient == _instance.Alice));
        Assert.Equal(1, page.Found.Single(mailbox => mailbox.Recipient == bob).Messages);
    }

    [Fact]
    public async Task List_WhenAMailboxIsGoneMeanwhile_LeavesItOut()
    {
        await PushAsync([_instance.Alice, Named.Recipient("bob")]);
        _instance.Queue.Arrived = (request, _) =>
        {
            _instance.Queue.IsThere = false;
            return Task.CompletedTask;
        };

        var page = await List.ListAsync(after: null, max: 100, isCounted: true);

        Assert.Equal([Named.Recipient("bob")], Recipients(page));
    }

    private static IEnumerable<Recipient> Recipients(QueuePage<ListedMailbox>? page) => page!.Found.Select(mailbox => mailbox.Recipient);

    private Task<PushedCopy[]> PushAsync(Recipient[] recipients) =>
        _instance.Push.SendAsync(recipients, Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero);

    private Task<Response> CreateAsync(string name, params (string Key, string Value)[] metadata) =>
        _instance.Storage.GetQueueClient(name).CreateAsync(
            metadata.ToDictionary(pair => pair.Key, pair => pair.Value), TestContext.Current.CancellationToken);
}
