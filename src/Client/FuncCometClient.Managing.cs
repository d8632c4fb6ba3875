using FuncComet.Client.Connection;

namespace FuncComet.Client;

// Managing recipients: what an application's server does beside pushing.
public sealed partial class FuncCometClient
{
    /// <summary>
    /// Issues a token for the recipient. Give it only to a user who has signed in as that recipient. Needs the function key.
    /// </summary>
    /// <param name="recipient">The recipient whose mailbox the token opens.</param>
    /// <param name="timeToLive">How long the token is valid: whole seconds from 1 minute to 1 day. Default: 1 hour.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">The recipient or the time breaks its rule.</exception>
    public async Task<RecipientToken> GetTokenAsync(
        string recipient,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        ProtocolRules.CheckTokenTimeToLive(timeToLive);
        var request = new HttpRequestMessage(HttpMethod.Post, _app.Target("token").With("rcpt", recipient).With("ttl", timeToLive).Uri);
        var token = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.TokenJson);
        return new RecipientToken(token.Token, token.Expires);
    }

    /// <summary>Counts the messages in the recipient's mailbox, and tells whether the recipient is there. Needs the function key.</summary>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public async Task<MailboxCount> CountMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        var request = new HttpRequestMessage(HttpMethod.Get, _app.Target("mailbox").With("rcpt", recipient).Uri);
        var mailbox = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.MailboxJson);
        return new MailboxCount(mailbox.Messages, mailbox.Exists) { IsWaiting = mailbox.Waiting, LastSeen = mailbox.LastSeen };
    }

    /// <summary>Deletes all messages in the recipient's mailbox. Needs the function key.</summary>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public async Task EmptyMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        var request = new HttpRequestMessage(HttpMethod.Delete, _app.Target("mailbox").With("rcpt", recipient).Uri);
        (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).ThrowUnlessEmpty();
    }

    /// <summary>
    /// Tells which of 1 to 100 recipients are waiting for messages. Needs the function key. Recipients that do not fit in a query of 4,000
    /// bytes are asked for by further requests.
    /// </summary>
    /// <returns>What is known of each recipient, in their order; a repeated recipient is named once.</returns>
    /// <exception cref="ArgumentException">A recipient breaks its rule, or there are too many.</exception>
    public async Task<IReadOnlyList<RecipientPresence>> GetPresenceAsync(
        IEnumerable<string> recipients,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        var distinct = recipients.Distinct(StringComparer.Ordinal).ToList();
        ProtocolRules.CheckRecipients(distinct, nameof(recipients));
        return await _presence.SendAsync(distinct, cancellationToken).ConfigureAwait(false);
    }
}
