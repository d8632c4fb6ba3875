using FuncComet.Bench.Deployments;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench;

/// <summary>What is measured on a platform, and how.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Scenarios">All its scenarios, in the order in which they run.</param>
/// <param name="Full">The scale of published figures.</param>
/// <param name="Systems">Creates the factory of what this program serves itself.</param>
/// <param name="Compared">Creates the systems that are compared. Both get the connection string of the bench's own storage.</param>
internal sealed record Plan(
    Platform Platform,
    IReadOnlyList<IScenario> Scenarios,
    Scale Full,
    Func<string, SystemFactory> Systems,
    Func<string, IEnumerable<IPushSystem>> Compared)
{
    /// <summary>Everything that can be measured with LocalHost.</summary>
    public static IReadOnlyList<IScenario> LocalHostScenarios { get; } =
    [
        new Startup(),
        new Latency(),
        new Throughput(),
        new TwoInstances(),
        new StorageRequests(),
        new Memory(),
        new Cpu(),
        new Growth(),
        new CostTable(),
        new WaitingAtScale(),
    ];

    /// <summary>Everything that can be measured with a Functions host.</summary>
    public static IReadOnlyList<IScenario> HostScenarios { get; } =
        [new HostStartup(), new Latency(), new Throughput(), new HostMemory(), new HostCpu()];

    /// <summary>What can be measured from outside.</summary>
    public static IReadOnlyList<IScenario> DeploymentScenarios { get; } = [new Latency(), new Throughput()];

    public static Plan ForLocalHost(Uri? golongpoll) => new(
        Platform.LocalHost,
        LocalHostScenarios,
        Scale.Full,
        storage => new SystemFactory(storage, golongpoll),
        storage => new SystemFactory(storage, golongpoll).All());

    public static Plan ForFunctionsHost() => new(
        Platform.FunctionsHost,
        HostScenarios,
        Scale.FullOnPlatform,
        storage => new SystemFactory(storage, golongpoll: null),
        storage => new HostSystems(storage).All());

    public static Plan ForDeployment(Addresses addresses) => new(
        Platform.Deployment,
        DeploymentScenarios,
        Scale.FullOnPlatform,
        storage => new SystemFactory(storage, golongpoll: null),
        _ => addresses.All());
}
