using FuncComet.Client.Connection;
using FuncComet.Client.Presence;
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
public sealed partial class FuncCometClient
{
    private readonly FunctionApp _app;
    private readonly LeaseRequests _leases;
    private readonly Mailbox _mailbox;
    private readonly PresenceLook _presence;
    private readonly MessagePush _push;
    private readonly MessageReader _reader;
    private readonly MessageRecall _recall;

    /// <summary>
    /// Creates a client that sends through <paramref name="http"/>. Set its <see cref="HttpClient.Timeout"/> to <see
    /// cref="Timeout.InfiniteTimeSpan"/>, since a shorter one shortens the polls, and more polls cost more. Every request has a limit of
    /// its own.
    /// </summary>
    /// <param name="http">Not disposed by this client.</param>
    /// <param name="options">Validated here, and not to be changed afterwards.</param>
    /// <param name="time">Default: the system's.</param>
    /// <param name="logger">Gets warnings about failed pushes, polls, renewals and acknowledgements. Default: none.</param>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    public FuncCometClient(
        HttpClient http,
        FuncCometClientOptions options,
        TimeProvider? time = null,
        ILogger<FuncCometClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        FuncCometClientOptionsRules.ThrowIfBroken(options);
        time ??= TimeProvider.System;
        logger ??= NullLogger<FuncCometClient>.Instance;
        _app = new FunctionApp(http, options, time);
        _leases = new LeaseRequests(_app);
        _mailbox = new Mailbox(_app);
        _presence = new PresenceLook(_app);
        _push = new MessagePush(_app, time, logger);
        _reader = new MessageReader(_mailbox, _leases, options, time, logger);
        _recall = new MessageRecall(_app);
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
    /// Takes a copy back that no poll has received, such as a reminder that was pushed with a <see cref="OutgoingMessage.Delay"/> and is no
    /// longer needed. Needs the function key. It does not retry, because a repeated request cannot tell what the one before has done.
    /// </summary>
    /// <returns>
    /// True if nobody gets the copy any more. False if a poll has received it, or if it has expired or was taken back before; the storage
    /// does not tell which.
    /// </returns>
    /// <exception cref="ArgumentException">The copy's recipient or handle breaks its rule.</exception>
    /// <exception cref="RecallFailedException">The copy may be taken back or not.</exception>
    public async Task<bool> RecallAsync(PushedCopy copy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return (await RecallAsync([copy], cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    /// <summary>
    /// Takes copies back that no poll has received, as <see cref="RecallAsync(PushedCopy, CancellationToken)"/> does, with one request for
    /// up to 32 copies of a recipient.
    /// </summary>
    /// <returns>The copies that were taken back.</returns>
    /// <exception cref="ArgumentException">The recipient or the handle of a copy breaks its rule.</exception>
    /// <exception cref="RecallFailedException">Some copies may be taken back or not. It has those that were.</exception>
    public async Task<IReadOnlyList<PushedCopy>> RecallAsync(IEnumerable<PushedCopy> copies, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(copies);
        var all = copies.ToList();
        ProtocolRules.CheckCopies(all, nameof(copies));
        return await _recall.SendAsync(all, cancellationToken).ConfigureAwait(false);
    }
}
