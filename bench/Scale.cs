namespace FuncComet.Bench;

/// <summary>How much of everything a run measures.</summary>
internal sealed record Scale
{
    // FuncComet's longest pause less its jitter in the mean. Polls that came together look together at first: only a window of whole pauses counts as many looks as any other
    // time has.
    private static readonly TimeSpan MeanPause = TimeSpan.FromSeconds(27);

    /// <summary>What the published figures are made with; some forty minutes.</summary>
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
    };

    /// <summary>A look at whether everything works; its figures mean nothing.</summary>
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
    };

    /// <summary>How often the systems take turns.</summary>
    public required int Rounds { get; init; }

    public required IReadOnlyList<int> LatencyHeld { get; init; }

    /// <summary>The most deliveries of one system in one round.</summary>
    public required int LatencySamples { get; init; }

    /// <summary>The longest such a turn takes, however few deliveries it had.</summary>
    public required TimeSpan LongestSlice { get; init; }

    public required int ThroughputHeld { get; init; }

    /// <summary>How long clients poll again and again.</summary>
    public required TimeSpan Sustained { get; init; }

    /// <summary>How long a system serves before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How many polls are held while storage requests are counted.</summary>
    public required int CountedHeld { get; init; }

    /// <summary>After this, idle polls have reached their longest pauses.</summary>
    public required TimeSpan Steady { get; init; }

    /// <summary>How long idle polls are watched.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>The same where there is much to watch.</summary>
    public required TimeSpan ShortWindow { get; init; }

    /// <summary>After this, what the last request left to do is done.</summary>
    public required TimeSpan Settling { get; init; }

    /// <summary>How many polls are held for memory and CPU.</summary>
    public required int ManyHeld { get; init; }

    public required int Starts { get; init; }

    public required IReadOnlyList<int> GrowthHeld { get; init; }

    public required IReadOnlyList<int> GrowthInstances { get; init; }

    /// <summary>How many polls are held at the other one of two instances.</summary>
    public required int ElsewhereHeld { get; init; }
}
