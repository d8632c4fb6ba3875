using System.Globalization;
using FuncComet.Bench.Serving;

namespace FuncComet.Bench.Systems;

/// <summary>Makes the systems of a run. Those of FuncComet and the naive design use the storage at <paramref name="storage"/>.</summary>
internal sealed class SystemFactory(string storage, Uri? golongpoll)
{
    private static int _prefixes;

    public ServedSystem Stored(int instances = 1, bool pushElsewhere = false) => FuncComet(SystemNames.Stored, "Stored", instances, pushElsewhere);

    public ServedSystem Direct() => FuncComet(SystemNames.Direct, "Direct", instances: 1, pushElsewhere: false);

    public IPushSystem BareStorage() => new BareStorageSystem(storage);

    public ServedSystem NaiveSecond() => Naive(SystemNames.NaiveSecond, TimeSpan.FromSeconds(1), mostHeld: 100);

    public ServedSystem NaiveTenth() => Naive(SystemNames.NaiveTenth, TimeSpan.FromMilliseconds(100), mostHeld: 10);

    /// <summary>Those that keep messages in memory only.</summary>
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

            // Systems that share a storage share no mailbox.
            ["FuncComet__Mailbox__QueuePrefix"] = $"b{Interlocked.Increment(ref _prefixes)}",
            ["FuncComet__Push__Handover"] = handover,
            ["FuncComet__Token__Required"] = "false",
            ["FuncComet__Limits__MaxHeldPolls"] = "100000",
            ["Logging__LogLevel__Default"] = "Error",

            // As the app's own configuration of the runtime says: a child has that of this program.
            ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        },
        instances)
    {
        PushesElsewhere = pushElsewhere,
    };

    private ServedSystem Naive(string name, TimeSpan pause, int mostHeld) => new(
        name,
        Served.Naive,
        new Dictionary<string, string>
        {
            ["FuncComet__Storage"] = storage,
            [Served.NaivePause] = pause.ToString("c", CultureInfo.InvariantCulture),
        })
    {
        MaxHeld = mostHeld,
    };
}
