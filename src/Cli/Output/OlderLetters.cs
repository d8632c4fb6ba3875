namespace FuncComet.Cli.Output;

/// <summary>Dead letters that an earlier version kept in one queue for all recipients, and that are not sorted yet.</summary>
internal static class OlderLetters
{
    public static long? Json(long older) => older == 0 ? null : older;

    /// <summary>After a call that has sorted some of them.</summary>
    public static void Tell(long older)
    {
        if (older > 0)
        {
            Terminal.WriteError(
                $"{Words.Count(older, "letter")} of an earlier version still {(older == 1 ? "waits" : "wait")} to be sorted by recipient. "
                + "Each of these commands sorts some: repeat it.");
        }
    }

    /// <summary>After as many calls as sorted any of them.</summary>
    public static void TellUnsorted(long older)
    {
        if (older > 0)
        {
            Terminal.WriteError(
                $"{Words.Count(older, "letter")} of an earlier version could not be sorted by recipient. "
                + "\"Reading the dead letters\" in docs/operations.md says why.");
        }
    }
}
