using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]

// For the classes that neither stop Azurite nor look at all of its queues. They use recipients of their own.
[assembly: AssemblyFixture(typeof(Azurite))]

// Most classes wait most of the time: for a process to start, for a lease to end, for a storage that does not answer.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 4)]

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Classes that measure time, or that need all of the machine. They run one after another, beside no other class of this assembly and beside
/// no other suite of this clone, so they cost the most of all. Each says why it is here.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone : ICollectionFixture<Alone.Turn>
{
    /// <summary>For <see cref="CollectionAttribute"/>.</summary>
    public const string Name = "Alone";

    /// <summary>Gives up this assembly's share of the machine and takes all of it, until the last of the classes has run.</summary>
    public sealed class Turn(SuiteShare share) : IAsyncLifetime
    {
        private readonly SuiteLock _all = new();

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            await share.DisposeAsync();
            await _all.InitializeAsync();
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            await _all.DisposeAsync();
            await share.InitializeAsync();
        }
    }
}
