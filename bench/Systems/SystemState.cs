namespace FuncComet.Bench.Systems;

/// <summary>What is read of a system at one moment.</summary>
internal sealed record SystemState
{
    /// <summary>The managed heap; null where there is none.</summary>
    public long? ManagedBytes { get; init; }

    /// <summary>Its processes' memory, what they share counted once; null where that is not to be known.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The time its processes have computed.</summary>
    public TimeSpan? Cpu { get; init; }

    /// <summary>HTTP requests to Storage since it started, by operation.</summary>
    public IReadOnlyDictionary<string, long> StorageRequests { get; init; } = new Dictionary<string, long>();

    public long AllStorageRequests => StorageRequests.Values.Sum();

    /// <summary>Several instances as one system.</summary>
    public static SystemState Sum(IReadOnlyCollection<SystemState> states) => new()
    {
        ManagedBytes = states.Sum(state => state.ManagedBytes),
        MemoryBytes = states.Sum(state => state.MemoryBytes),
        Cpu = states.Aggregate(TimeSpan.Zero, (sum, state) => sum + (state.Cpu ?? TimeSpan.Zero)),
        StorageRequests = states.SelectMany(state => state.StorageRequests).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)),
    };
}
