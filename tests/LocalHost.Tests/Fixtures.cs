using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteLock))]

// For the classes that neither stop it nor look at all of its queues. They use recipients of their own.
[assembly: AssemblyFixture(typeof(Azurite))]

// Most classes wait most of the time: for a process to start, for a lease to end, for a storage that does not answer.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 4)]

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Classes that measure time or memory, or that need all of the machine. They run one after another, and beside no other class of
/// this assembly.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>For <see cref="CollectionAttribute"/>.</summary>
    public const string Name = "Alone";
}
