namespace FuncComet.Client;

/// <summary>A copy of a message in a recipient's mailbox.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="Id">The message's id, the same for every recipient and in every delivery.</param>
/// <param name="Expires">When the copy is deleted if it has not been delivered.</param>
public sealed record PushedCopy(string Recipient, string Id, DateTimeOffset Expires)
{
    /// <summary>
    /// The handle with which <see cref="FuncCometClient.RecallAsync(PushedCopy, CancellationToken)"/> takes the copy back, until a poll has
    /// received it: 1 to 120 characters of the base64url alphabet. Null if <see cref="IsHanded"/>, or if the app is an older version.
    /// </summary>
    public string? Recall { get; init; }

    /// <summary>Whether the copy was handed to a poll that was waiting, or may have been. Then it cannot be taken back.</summary>
    public bool IsHanded { get; init; }

    /// <summary>
    /// Whether a poll of the recipient was waiting, if the push asked for it (<see cref="OutgoingMessage.AskPresence"/>); else null.
    /// </summary>
    public bool? IsWaiting { get; init; }
}
