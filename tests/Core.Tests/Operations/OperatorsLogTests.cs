using FuncComet.Core.Tests.Polling;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Operations;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests.Operations;

/// <summary>What operators do is logged: which call, how many, and the queue's name, but no recipient and no body.</summary>
public sealed class OperatorsLogTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    private string Queue => _instance.Queue.Name;

    [Fact]
    public async Task List_IsLogged()
    {
        await _instance.PushAsync("a body");
        var log = new FakeLogger<MailboxList>();
        var list = new MailboxList(
            _instance.Get<QueueListing>(),
            _instance.Get<MailboxFactory>(),
            _instance.Get<PresenceQuery>(),
            _instance.Get<IOptions<MailboxOptions>>(),
            log);

        await list.ListAsync(after: null, max: 10, isCounted: true);

        AssertLogged(log.Collector, "Listing of mailboxes: 1 were listed.");
    }

    [Fact]
    public async Task ShowAndClear_AreLogged()
    {
        await _instance.PushAsync("a body");
        var log = new FakeLogger<MailboxContents>();
        var contents = new MailboxContents(_instance.Get<MailboxFactory>(), log);

        await contents.ShowAsync(_instance.Alice, max: 32);
        await contents.ClearAsync(_instance.Alice);

        AssertLogged(log.Collector, $"Listing of {Queue}: 1 messages were shown.", $"Clearing of {Queue}: all messages were removed.");
    }

    [Fact]
    public async Task Erase_IsLogged()
    {
        await _instance.PushAsync("a body");
        var log = new FakeLogger<Erasure>();
        var erasure = new Erasure(
            _instance.Get<MailboxFactory>(),
            _instance.Get<DeadLetters>(),
            _instance.Get<OlderDeadLetters>(),
            _instance.Get<WaitingRooms>(),
            _instance.Get<IEnumerable<IRecipientMemory>>(),
            _instance.Get<IHostApplicationLifetime>(),
            _instance.Time,
            log);

        await erasure.EraseAsync(_instance.Alice);

        AssertLogged(log.Collector, $"Erasure of {Queue}: mailbox deleted: True; dead letters deleted: True.");
    }

    private static void AssertLogged(FakeLogCollector log, params string[] lines)
    {
        var logged = log.GetSnapshot();
        Assert.Equal(lines, logged.Select(line => line.Message));
        Assert.All(logged, line => Assert.Equal(LogLevel.Information, line.Level));
    }
}
