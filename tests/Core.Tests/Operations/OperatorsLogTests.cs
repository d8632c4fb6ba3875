using FuncComet.Core.Tests.Polling;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Operations;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task CallsForDeadLetters_AreLogged()
    {
        var letters = _instance.Storage.DeadLettersOf(_instance.Alice).Name;
        await _instance.DieAsync(_instance.Alice, "1");
        await _instance.DieAsync(_instance.Alice, "2");
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        var listing = Create<DeadLetterListing>(out var listed);
        await listing.ShowAsync(_instance.Alice, max: 1);
        await listing.ListAsync(max: 100, after: null);
        AssertLogged(
            listed, $"Listing of {letters}: 1 dead letters were shown.", "Listing of dead letters: 1 recipients have some.");

        var redrive = Create<DeadLetterRedrive>(out var redriven);
        await redrive.RunAsync(_instance.Alice, TimeSpan.FromDays(7));
        await redrive.RunAllAsync(after: null, TimeSpan.FromDays(7));
        AssertLogged(
            redriven,
            $"Redrive of {letters}: 2 dead letters were put back, 0 are left.",
            "Redrive of all: 0 dead letters were put back, 0 are left.");

        var purge = Create<DeadLetterPurge>(out var purged);
        await _instance.DieAsync(_instance.Alice, "3");
        await purge.RunAsync(_instance.Alice);
        await purge.RunAllAsync(after: null);
        AssertLogged(
            purged,
            $"Purge of {letters}: 1 dead letters were removed, 0 are left.",
            "Purge of all: 0 dead letters were removed, 0 are left.");
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

    private T Create<T>(out FakeLogCollector log)
    {
        var logger = new FakeLogger<T>();
        log = logger.Collector;
        return ActivatorUtilities.CreateInstance<T>(_instance.Get<IServiceProvider>(), logger);
    }

    private static void AssertLogged(FakeLogCollector log, params string[] lines)
    {
        var logged = log.GetSnapshot();
        Assert.Equal(lines, logged.Select(line => line.Message));
        Assert.All(logged, line => Assert.Equal(LogLevel.Information, line.Level));
    }
}
