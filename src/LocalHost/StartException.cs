namespace FuncComet.LocalHost;

/// <summary>Why LocalHost cannot start, in one line for whoever typed the command.</summary>
internal sealed class StartException(string message) : Exception(message);
