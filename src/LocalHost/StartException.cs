namespace FuncComet.LocalHost;

/// <summary>The reason why LocalHost cannot start, in one line for the user.</summary>
internal sealed class StartException(string message) : Exception(message);
