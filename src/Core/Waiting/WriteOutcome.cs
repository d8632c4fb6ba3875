namespace FuncComet.Waiting;

/// <summary>What became of writing an answer.</summary>
public enum WriteOutcome
{
    /// <summary>The client was known to have left before anything was given to its connection.</summary>
    NotBegun,

    /// <summary>The connection broke during the write; the client may or may not have the message.</summary>
    Broken,

    /// <summary>All of it was given to a connection that was open.</summary>
    Written,
}
