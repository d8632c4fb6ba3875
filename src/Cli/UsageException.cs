namespace FuncComet.Cli;

/// <summary>Wrong usage that only shows after the command line was parsed. Its message says what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
