using FuncComet.Mailboxes;
using FuncComet.Waiting;

namespace FuncComet.Polling;

/// <summary>The client's end of a poll.</summary>
public interface IPollAnswer
{
    /// <summary>The poll's acknowledgements are done, before the wait begins; the receipts that came too late are named.</summary>
    void Acknowledged(IReadOnlyList<string> expired);

    /// <summary>
    /// Writes <paramref name="messages"/> to the client and returns the outcome. Gives up when <paramref name="cancellationToken"/> fires:
    /// the client has left, or the lease is about to end.
    /// </summary>
    Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken);
}
