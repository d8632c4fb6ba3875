namespace FuncComet.Bench;

/// <summary>How much a run measures.</summary>
internal sealed record Scale
{
    // The mean of FuncComet's longest pause between looks: 30 s less the mean of its jitter. Polls that started together look at about the
    // same time, so only a window of whole pauses sees the average number of looks.
    private static readonly TimeSpan MeanPause = TimeSpan.FromSeconds(27.5);

    /// <summary>The scale of the published figures; a run takes about forty minutes.</summary>
    public static readonly Scale Full = new()
    {
        Rounds = 3,
        LatencyHeld = [1, 100, 1_000],
        LatencySamples = 100,
        LongestSlice = TimeSpan.FromSeconds(4),
        ThroughputHeld = 1_000,
        Sustained = TimeSpan.FromSeconds(3),
        WarmUp = TimeSpan.FromSeconds(8),
        CountedHeld = 50,
        Steady = TimeSpan.FromSeconds(20),
        Window = 2 * MeanPause,
        ShortWindow = MeanPause,
        Settling = TimeSpan.FromSeconds(5),
        ManyHeld = 5_000,
        Starts = 5,
        GrowthHeld = [0, 1, 100, 1_000, 10_000],
        GrowthInstances = [1, 2, 4],
        ElsewhereHeld = 300,
        SimulatedClients = 100,
        HostHeld = [1_000, 4_000],
        HostIdle = 1_000,
    };

    /// <summary>The same for platforms where a held poll costs more than on LocalHost.</summary>
    public static readonly Scale FullOnPlatform = Full with { LatencyHeld = [1, 100] };

    /// <summary>A scale that only checks that everything works; its figures mean nothing.</summary>
    public static readonly Scale Quick = new()
    {
        Rounds = 1,
        LatencyHeld = [1, 20],
        LatencySamples = 5,
        LongestSlice = TimeSpan.FromSeconds(0.3),
        ThroughputHeld = 50,
        Sustained = TimeSpan.FromSeconds(0.5),
        WarmUp = TimeSpan.FromSeconds(0.5),
        CountedHeld = 5,
        Steady = TimeSpan.FromSeconds(1),
        Window = TimeSpan.FromSeconds(1),
        ShortWindow = TimeSpan.FromSeconds(1),
        Settling = TimeSpan.FromSeconds(0.3),
        ManyHeld = 200,
        Starts = 1,
        GrowthHeld = [0, 1, 20],
        GrowthInstances = [1, 2],
        ElsewhereHeld = 5,
        SimulatedClients = 10,
        HostHeld = [20, 50],
        HostIdle = 20,
    };

    /// <summary>How many turns each system gets.</summary>
    public required int Rounds { get; init; }

    public required IReadOnlyList<int> LatencyHeld { get; init; }

    /// <summary>The maximum number of deliveries in one turn of a system.</summary>
    public required int LatencySamples { get; init; }

    /// <summary>The maximum time of such a turn, however few deliveries it has made by then.</summary>
    public required TimeSpan LongestSlice { get; init; }

    public required int ThroughputHeld { get; init; }

    /// <summary>For how long clients that poll again at once are measured.</summary>
    public required TimeSpan Sustained { get; init; }

    /// <summary>How long a system serves before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How many polls are held while storage requests are counted.</summary>
    public required int CountedHeld { get; init; }

    /// <summary>The time after which the pauses of idle polls between looks have grown to the longest.</summary>
    public required TimeSpan Steady { get; init; }

    /// <summary>For how long idle polls are measured.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>The same where polls are so many that a shorter time is enough.</summary>
    public required TimeSpan ShortWindow { get; init; }

    /// <summary>The time after which the work that follows the last answer (deletes, rings) is done.</summary>
    public required TimeSpan Settling { get; init; }

    /// <summary>How many polls are held to measure memory and CPU.</summary>
    public required int ManyHeld { get; init; }

    public required int Starts { get; init; }

    public required IReadOnlyList<int> GrowthHeld { get; init; }

    public required IReadOnlyList<int> GrowthInstances { get; init; }

    /// <summary>How many polls are held at the second of two instances.</summary>
    public required int ElsewhereHeld { get; init; }

    /// <summary>How many clients are simulated.</summary>
    public required int SimulatedClients { get; init; }

    /// <summary>How many polls are held to measure memory on a Functions host.</summary>
    public required IReadOnlyList<int> HostHeld { get; init; }

    /// <summary>How many polls are idle to measure CPU on a Functions host.</summary>
    public required int HostIdle { get; init; }
}
