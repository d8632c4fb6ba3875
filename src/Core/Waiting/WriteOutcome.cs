namespace FuncComet.Waiting;

/// <summary>What became of an answer.</summary>
public enum WriteOutcome
{
    /// <summary>The client was known to be gone before anything was given to its connection.</summary>
    NotBegun,

    /// <summary>The connection broke on the way; the client may have the message or not.</summary>
    Broken,

    /// <summary>All of it was given to a connection that was open.</summary>
    Written,
}
