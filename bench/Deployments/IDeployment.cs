using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Deployments;

/// <summary>An app that serves at an address.</summary>
internal interface IDeployment : IAsyncDisposable
{
    /// <summary>The base address of its functions, which ends in <c>/api/</c>. Known once it has been started.</summary>
    Uri Api { get; }

    /// <summary>The key for its functions of senders and operators; null if they need none.</summary>
    string? FunctionKey { get; }

    /// <summary>Whether its storage outlives the bench, which then must not leave mailboxes there.</summary>
    bool IsKept { get; }

    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Reads the memory and the CPU time of the host and of the worker; null if they are out of reach.</summary>
    Task<HostUsage?> ReadUsageAsync();
}

/// <summary>The resources of the two processes of an instance.</summary>
internal sealed record HostUsage(SystemState Host, SystemState Worker);
