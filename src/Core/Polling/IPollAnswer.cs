using FuncComet.Mailboxes;

namespace FuncComet.Polling;

/// <summary>The client's end of a poll.</summary>
public interface IPollAnswer
{
    /// <summary>What the poll acknowledged is done, before anything is waited for; those that came too late are named.</summary>
    void Acknowledged(IReadOnlyList<string> expired);

    /// <summary>
    /// Writes <paramref name="messages"/> to the client and says what became of them. Gives up when <paramref name="cancellationToken"/> says so:
    /// the client has left, or the lease is about to end.
    /// </summary>
    Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken);
}

/// <summary>What became of an answer.</summary>
public enum WriteOutcome
{
    /// <summary>The client was known to be gone before anything was handed to its connection.</summary>
    NotBegun,

    /// <summary>The connection broke on the way; the client may have the message or not.</summary>
    Broken,

    /// <summary>All of it was handed to a connection that was open.</summary>
    Written,
}
