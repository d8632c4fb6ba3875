using FuncComet.Mailboxes;
using FuncComet.Waiting;

namespace FuncComet.Polling;

/// <summary>The client's end of a poll.</summary>
public interface IPollAnswer
{
    /// <summary>Called when the poll's acknowledgements are done, before the wait begins, with the receipts that came too late.</summary>
    void Acknowledged(IReadOnlyList<string> expired);

    /// <summary>
    /// Writes <paramref name="messages"/> to the client and returns the outcome. It gives up when
    /// <paramref name="cancellationToken"/> fires: then the client has left, or the lease is about to end.
    /// </summary>
    Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken);
}
