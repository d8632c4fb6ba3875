using FuncComet.LocalHost.Tests;
using FuncComet.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(SuiteShare))]

// For the classes that neither stop Azurite nor look at all of its queues. They use recipients of their own.
[assembly: AssemblyFixture(typeof(Azurite))]

// Most classes wait most of the time: for a process to start, for a lease to end, for a storage that does not answer.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Classes that measure time, or that need all of the machine. They run one after another, beside no other class of this assembly and
/// beside no other suite of this clone, so they cost the most of all. Each says why it is here.
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

/// <summary>
/// Begins with the classes that take more than a minute, so that they do not run on when the others have ended. Without it the order is
/// random.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Longest =
    [
        typeof(CrashTests), typeof(RedeliveryToAWaitingPollTests), typeof(PresenceTests), typeof(CommandLineTests), typeof(OpenApiTests),
        typeof(RedeliveryTests),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => Longest.Any(type => IsOf(type, collection)))];

    // A class without a collection of its own choice is in one that is named after it.
    private static bool IsOf(Type type, ITestCollection collection) =>
        collection.TestCollectionDisplayName.StartsWith($"Test collection for {type.FullName} ", StringComparison.Ordinal);
}
