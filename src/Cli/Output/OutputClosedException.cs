namespace FuncComet.Cli.Output;

/// <summary>Nobody reads standard output any more.</summary>
internal sealed class OutputClosedException(IOException reason)
    : Exception($"Standard output is closed: {reason.Message}", reason);
