using System.Globalization;
using FuncComet.Bench.Serving;

namespace FuncComet.Bench.Systems;

/// <summary>Creates the systems of a run. FuncComet and the naive design use the storage account of <paramref name="storage"/>.</summary>
internal sealed class SystemFactory(string storage, Uri? golongpoll)
{
    private static int _prefixes;

    public ServedSystem Stored(int instances = 1, bool pushElsewhere = false) =>
        FuncComet(SystemNames.Stored, "Stored", instances, pushElsewhere);

    public ServedSystem Direct() => FuncComet(SystemNames.Direct, "Direct", instances: 1, pushElsewhere: false);

    public IPushSystem BareStorage() => new BareStorageSystem(storage);

    public ServedSystem NaiveSecond() => Naive(SystemNames.NaiveSecond, TimeSpan.FromSeconds(1), maxHeld: 100);

    public ServedSystem NaiveTenth() => Naive(SystemNames.NaiveTenth, TimeSpan.FromMilliseconds(100), maxHeld: 10);

    /// <summary>The systems of the scenarios that compare, with one instance each.</summary>
    public IEnumerable<IPushSystem> All() => [BareStorage(), Stored(), Direct(), .. InMemory(), NaiveSecond(), NaiveTenth()];

    /// <summary>The systems that keep messages in memory only.</summary>
    public IEnumerable<IPushSystem> InMemory()
    {
        yield return new SignalRSystem();
        if (NchanSystem.IsHere)
        {
            yield return new NchanSystem();
        }

        if (golongpoll is not null)
        {
            yield return new GolongpollSystem(golongpoll);
        }

        yield return new ServedSystem(SystemNames.BareKestrel, Served.Kestrel, new Dictionary<string, string>());
    }

    private ServedSystem FuncComet(string name, string handover, int instances, bool pushElsewhere) => new(
        name,
        Served.FuncComet,
        new Dictionary<string, string>
        {
            ["FuncComet__Storage"] = storage,

            // The systems of a run share a storage account, but must not share mailboxes.
            ["FuncComet__Mailbox__QueuePrefix"] = $"b{Interlocked.Increment(ref _prefixes)}",
            ["FuncComet__Push__Handover"] = handover,
            ["FuncComet__Token__Required"] = "false",
            ["FuncComet__Limits__MaxHeldPolls"] = "100000",
            ["Logging__LogLevel__Default"] = "Error",

            // The function app sets this in its runtime configuration; the child process has the configuration of the bench.
            ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        },
        instances)
    {
        PushesElsewhere = pushElsewhere,
    };

    private ServedSystem Naive(string name, TimeSpan pause, int maxHeld) => new(
        name,
        Served.Naive,
        new Dictionary<string, string>
        {
            ["FuncComet__Storage"] = storage,
            [Served.NaivePause] = pause.ToString("c", CultureInfo.InvariantCulture),
        })
    {
        MaxHeld = maxHeld,
    };
}
