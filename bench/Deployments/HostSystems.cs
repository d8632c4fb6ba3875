using FuncComet.Bench.Systems;
using FuncComet.Testing;

namespace FuncComet.Bench.Deployments;

/// <summary>
/// FuncComet and the floor on a Functions host. All use the storage account of <paramref name="storage"/>, and log as they do in Azure.
/// </summary>
internal sealed class HostSystems(string storage)
{
    private static int _prefixes;

    /// <summary>The systems of the scenarios that compare.</summary>
    public IEnumerable<IPushSystem> All() =>
    [
        new BareStorageSystem(storage),
        new FloorSystem(Floor()),
        new AppSystem(SystemNames.Stored, Stored()),
        new AppSystem(SystemNames.Direct, Direct()),
    ];

    /// <summary>Starts a host to ask for its version. This also shows early that it can be started.</summary>
    public static async Task<string> ReadVersionAsync(CancellationToken cancellationToken)
    {
        await using var app = new HostSystems(storage: "").Floor();
        await app.StartAsync(cancellationToken);
        return await app.ReadVersionAsync(cancellationToken);
    }

    public AppOnHost Floor() => new(PublishedApp.Floor, storage, new Dictionary<string, string>());

    public AppOnHost Stored() => FuncComet("Stored");

    public AppOnHost Direct() => FuncComet("Direct");

    private AppOnHost FuncComet(string handover) => new(
        PublishedApp.Product,
        storage,
        new Dictionary<string, string>
        {
            // The systems of a run share a storage account, but must not share mailboxes.
            ["FuncComet__Mailbox__QueuePrefix"] = $"h{Interlocked.Increment(ref _prefixes)}",
            ["FuncComet__Push__Handover"] = handover,
            ["FuncComet__Token__Required"] = "false",
            ["FuncComet__Limits__MaxHeldPolls"] = "100000",
        });
}
