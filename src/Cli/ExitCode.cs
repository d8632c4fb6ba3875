namespace FuncComet.Cli;

/// <summary>What a script can tell from the exit code. docs/cli.md has the same table.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The app refused, failed or did not answer.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage: nothing was sent.</summary>
    public const int WrongUsage = 2;

    /// <summary>Nothing came, or not everything was done.</summary>
    public const int Incomplete = 3;

    /// <summary>Ended by Ctrl-C (SIGINT): 128 and the number of the signal, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
