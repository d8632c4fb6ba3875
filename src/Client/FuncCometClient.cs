using FuncComet.Client.Connection;
using FuncComet.Client.Pushing;
using FuncComet.Client.Reading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>
/// Pushes messages to recipients and reads a recipient's messages. Use one instance for the application: it is safe for concurrent use, and
/// remembers handled messages to drop their repeats. Each method throws an <see cref="ArgumentException"/>, before anything is sent, if a
/// value breaks a rule of the protocol, and a <see cref="FuncCometException"/> if its request is refused, fails or is not answered. A
/// recipient is 1 to 256 bytes of UTF-8 without control characters.
/// </summary>
public sealed class FuncCometClient
{
    private readonly FunctionApp _app;
    private readonly LeaseRequests _leases;
    private readonly Mailbox _mailbox;
    private readonly MessagePush _push;
    private readonly MessageReader _reader;

    /// <summary>
    /// Creates a client that sends through <paramref name="http"/>. Set its <see cref="HttpClient.Timeout"/> to <see
    /// cref="Timeout.InfiniteTimeSpan"/>, since a shorter one shortens the polls, and more polls cost more. Every request has a limit of
    /// its own.
    /// </summary>
    /// <param name="http">Not disposed by this client.</param>
    /// <param name="options">Validated here, and not to be changed afterwards.</param>
    /// <param name="time">Default: the system's.</param>
    /// <param name="logger">Gets warnings about failed pushes, polls and acknowledgements. Default: none.</param>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    public FuncCometClient(
        HttpClient http,
        FuncCometClientOptions options,
        TimeProvider? time = null,
        ILogger<FuncCometClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        if (new FuncCometClientOptionsRules().Validate(name: null, options) is { Failed: true } broken)
        {
            throw new OptionsValidationException(nameof(FuncCometClientOptions), typeof(FuncCometClientOptions), broken.Failures);
        }

        time ??= TimeProvider.System;
        logger ??= NullLogger<FuncCometClient>.Instance;
        _app = new FunctionApp(http, options, time);
        _leases = new LeaseRequests(_app);
        _mailbox = new Mailbox(_app);
        _push = new MessagePush(_app, time, logger);
        _reader = new MessageReader(_mailbox, _leases, options, time, logger);
    }

    /// <summary>
    /// Stores a message in the recipient's mailbox, where it waits until it is read. Needs the function key. Transient errors are retried
    /// (<see cref="OutgoingMessage.Attempts"/>).
    /// </summary>
    /// <exception cref="ArgumentException">The recipient or a property of the message breaks its rule.</exception>
    /// <exception cref="PushFailedException">The message may not be stored, after all attempts.</exception>
    /// <exception cref="FuncCometException">The push was refused, and nothing is stored.</exception>
    public async Task<PushedCopy> PushAsync(string recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        return (await PushAsync([recipient], message, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>
    /// Stores the same message in the mailbox of each of 1 to 100 recipients. Needs the function key. After transient errors, it is pushed
    /// again to those without a copy (<see cref="OutgoingMessage.Attempts"/>).
    /// </summary>
    /// <returns>The stored copies, in the order of the recipients; a repeated recipient gets one copy.</returns>
    /// <exception cref="ArgumentException">A recipient or a property of the message breaks its rule.</exception>
    /// <exception cref="PushFailedException">Some or all copies may not be stored, after all attempts.</exception>
    /// <exception cref="FuncCometException">The push was refused, and nothing is stored.</exception>
    public async Task<IReadOnlyList<PushedCopy>> PushAsync(
        IEnumerable<string> recipients,
        OutgoingMessage message,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(message);
        var distinct = recipients.Distinct(StringComparer.Ordinal).ToList();
        ProtocolRules.CheckRecipients(distinct, nameof(recipients));
        ProtocolRules.CheckMessage(message);
        return await _push.SendAsync(distinct, message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the recipient's messages as they arrive, each at least once and, while nothing fails, in order. The sequence has no end:
    /// after a transient error, reading pauses and goes on.
    /// </summary>
    /// <remarks>
    /// Asking for the next message acknowledges the one before. If you leave the loop by <c>break</c>, an exception or a cancellation
    /// inside it, the current message is not acknowledged and comes again when its lease ends. The same holds for an abandoned message
    /// (<see cref="CometMessage.Abandon"/>). A handled message that comes again is dropped, by its id or its key, while this client
    /// remembers it (<see cref="FuncCometClientOptions.RememberedMessages"/>). While your code works, leases are renewed for up to <see
    /// cref="FuncCometClientOptions.RenewFor"/>, so that no other reader is given the messages meanwhile.
    /// </remarks>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    /// <exception cref="FuncCometException">
    /// The error is not transient: the request is malformed, or the recipient has no token that opens the mailbox. A 403 or 404 after a
    /// successful poll may pass, as when an app restarts, and is thrown only if it lasts for 2 minutes.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        return _reader.ReadAllAsync(recipient, cancellationToken);
    }

    /// <summary>
    /// Polls once, for callers that write their own loop. It does not retry. Receipts that do not fit in a query of 4,000 bytes are
    /// acknowledged by a request of their own before the poll.
    /// </summary>
    /// <returns>The messages; none if the timeout ended first.</returns>
    /// <exception cref="ArgumentException">The recipient or a property of the request breaks its rule.</exception>
    public async Task<IReadOnlyList<CometMessage>> PollAsync(
        string recipient,
        PollRequest request,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        ArgumentNullException.ThrowIfNull(request);
        ProtocolRules.CheckPoll(request);
        var messages = (await _mailbox.PollAsync(recipient, request, cancellationToken).ConfigureAwait(false)).Messages;
        foreach (var message in messages.Where(message => message.Receipt is not null))
        {
            message.Release = (released, after, end) => _leases.ReleaseAsync(recipient, [released.Receipt!], after, end);
        }

        return messages;
    }

    /// <summary>
    /// Acknowledges 1 to 32 leased messages. A message that no longer exists counts as acknowledged. Receipts that do not fit in a query of
    /// 4,000 bytes go in a second request.
    /// </summary>
    /// <exception cref="ArgumentException">The recipient or a receipt breaks its rule.</exception>
    /// <exception cref="FuncCometException">With the code <c>receipt-expired</c>: some receipts have expired because their messages were
    /// delivered again; the others are acknowledged.
    /// </exception>
    public async Task AcknowledgeAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        await _mailbox.AcknowledgeAsync(recipient, distinct, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Renews the leases of 1 to 32 messages, for callers that write their own loop. Receipts that do not fit in a query of 4,000 bytes go
    /// in a second request. It does not retry. Do not acknowledge the messages before it returns.
    /// </summary>
    /// <param name="recipient">Whose messages they are.</param>
    /// <param name="receipts">The receipts, which are worth nothing once they are renewed.</param>
    /// <param name="lease">When the new leases end, from now on: whole seconds from 5 seconds to 1 hour.</param>
    /// <param name="cancellationToken">Cancels the request, whose new receipts are lost then.</param>
    /// <returns>The new receipts, and the receipts whose lease was over.</returns>
    /// <exception cref="ArgumentException">The recipient, a receipt or the time breaks its rule.</exception>
    /// <exception cref="LeaseFailedException">Some or all leases may not be renewed. It has the new receipts of the others.</exception>
    public Task<LeaseRenewal> RenewAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan lease,
        CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        ProtocolRules.CheckLease(lease);
        return _leases.RenewAsync(recipient, distinct, lease, cancellationToken);
    }

    /// <summary>
    /// Gives 1 to 32 messages back before their leases end, for callers that write their own loop. See <see
    /// cref="CometMessage.ReleaseAsync"/>.
    /// </summary>
    /// <param name="recipient">Whose messages they are.</param>
    /// <param name="receipts">The receipts, which are worth nothing once they are released.</param>
    /// <param name="after">How long the messages stay hidden: whole seconds from 0 to 7 days. Default: 0, for at once.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The receipts whose lease was over: their messages are gone, back already, or with another reader.</returns>
    /// <exception cref="ArgumentException">The recipient, a receipt or the time breaks its rule.</exception>
    /// <exception cref="LeaseFailedException">Some or all messages may not be given back. They come again when their leases end.</exception>
    public Task<IReadOnlyList<string>> ReleaseAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan after = default,
        CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        ProtocolRules.CheckReleaseTime(after);
        return _leases.ReleaseAsync(recipient, distinct, after, cancellationToken);
    }

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

    /// <summary>Counts the messages in the recipient's mailbox. Needs the function key.</summary>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public async Task<MailboxCount> CountMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        var request = new HttpRequestMessage(HttpMethod.Get, _app.Target("mailbox").With("rcpt", recipient).Uri);
        var mailbox = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.MailboxJson);
        return new MailboxCount(mailbox.Messages, mailbox.Exists);
    }

    /// <summary>Deletes all messages in the recipient's mailbox. Needs the function key.</summary>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public async Task EmptyMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        var request = new HttpRequestMessage(HttpMethod.Delete, _app.Target("mailbox").With("rcpt", recipient).Uri);
        (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).ThrowUnlessEmpty();
    }

    private static List<string> CheckedReceipts(string recipient, IEnumerable<string> receipts)
    {
        ProtocolRules.CheckRecipient(recipient);
        ArgumentNullException.ThrowIfNull(receipts);
        var distinct = receipts.Distinct(StringComparer.Ordinal).ToList();
        ProtocolRules.CheckReceipts(distinct, min: 1);
        return distinct;
    }
}
