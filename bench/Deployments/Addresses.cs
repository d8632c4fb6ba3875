using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Deployments;

/// <summary>The apps that run already and are to be measured.</summary>
/// <param name="App">FuncComet.</param>
/// <param name="FunctionKey">Its function key, if it requires one.</param>
/// <param name="Name">The name of its row: that of its hand-over, by which the goals know it.</param>
/// <param name="Floor">The floor app on the same platform, if there is one.</param>
/// <param name="Storage">The connection string of the same storage, if it is to be measured.</param>
internal sealed record Addresses(Uri App, string? FunctionKey, string Name, Uri? Floor, string? Storage)
{
    public IEnumerable<IPushSystem> All()
    {
        if (Storage is not null)
        {
            yield return new BareStorageSystem(Storage);
        }

        if (Floor is not null)
        {
            yield return new FloorSystem(new RunningApp(Floor, functionKey: null));
        }

        yield return new AppSystem(Name, new RunningApp(App, FunctionKey));
    }
}
