namespace FuncComet.Bench.Systems;

/// <summary>A system's resources at one moment.</summary>
internal sealed record SystemState
{
    /// <summary>The size of the managed heap; null if the system has none.</summary>
    public long? ManagedBytes { get; init; }

    /// <summary>The memory of all its processes, with shared pages counted once; null if unknown.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The CPU time that its processes have used.</summary>
    public TimeSpan? Cpu { get; init; }

    /// <summary>The HTTP requests to Storage since the start, by operation.</summary>
    public IReadOnlyDictionary<string, long> StorageRequests { get; init; } = new Dictionary<string, long>();

    public long AllStorageRequests => StorageRequests.Values.Sum();

    /// <summary>Sums up the states of several instances.</summary>
    public static SystemState Sum(IReadOnlyCollection<SystemState> states) => new()
    {
        ManagedBytes = states.Sum(state => state.ManagedBytes),
        MemoryBytes = states.Sum(state => state.MemoryBytes),
        Cpu = states.Aggregate(TimeSpan.Zero, (sum, state) => sum + (state.Cpu ?? TimeSpan.Zero)),
        StorageRequests = states
            .SelectMany(state => state.StorageRequests)
            .GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)),
    };
}
