namespace FuncComet.Client;

/// <summary>The app that serves, and the instance that answered.</summary>
/// <param name="Version">The app's version, such as <c>0.1.0</c>.</param>
/// <param name="Commit">The commit that it was built from; null if the build did not know it.</param>
/// <param name="Instance">The instance that answered.</param>
/// <param name="Started">When that instance started.</param>
public sealed record AboutApp(string Version, string? Commit, string Instance, DateTimeOffset Started)
{
    /// <summary>How many polls the instance holds now.</summary>
    public long HeldPolls { get; init; }

    /// <summary>How many polls an instance holds at most.</summary>
    public long MaxHeldPolls { get; init; }

    /// <summary>How many polls of one recipient an instance holds at most.</summary>
    public long MaxHeldPollsPerRecipient { get; init; }

    /// <summary>Whether the storage answers.</summary>
    public bool StorageAnswers { get; init; }
}
