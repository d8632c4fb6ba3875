using System.Globalization;
using FuncComet.Client.Connection;
using FuncComet.Client.Reading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>
/// Pushes messages to recipients and reads a recipient's messages. Use one instance for the application: it is safe for concurrent use, and
/// remembers handled messages to drop their repeats. Each method throws a <see cref="FuncCometException"/> if its request is refused, fails
/// or is not answered.
/// </summary>
public sealed class FuncCometClient
{
    private readonly FunctionApp _app;
    private readonly MessageReader _reader;

    /// <summary>
    /// Creates a client that sends through <paramref name="http"/>. Set its <see cref="HttpClient.Timeout"/> to <see
    /// cref="Timeout.InfiniteTimeSpan"/>, since a shorter one shortens the polls, and more polls cost more. Every request has a limit of
    /// its own.
    /// </summary>
    /// <param name="http">Not disposed by this client.</param>
    /// <param name="options">Validated here, and not to be changed afterwards.</param>
    /// <param name="time">Default: the system's.</param>
    /// <param name="logger">Gets warnings about failed polls and acknowledgements. Default: none.</param>
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
        _app = new FunctionApp(http, options, time);
        _reader = new MessageReader(this, options, time, logger ?? NullLogger<FuncCometClient>.Instance);
    }

    /// <summary>Stores a message in the recipient's mailbox, where it waits until it is read. Needs the function key.</summary>
    /// <exception cref="PushFailedException">The message could not be stored.</exception>
    public async Task<PushedCopy> PushAsync(string recipient, OutgoingMessage message, CancellationToken cancellationToken = default) =>
        (await PushAsync([recipient], message, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Stores the same message in the mailbox of each of 1 to 100 recipients. Needs the function key.</summary>
    /// <returns>The stored copies, in the order of the recipients; a repeated recipient gets one copy.</returns>
    /// <exception cref="PushFailedException">Some or all copies could not be stored.</exception>
    public async Task<IReadOnlyList<PushedCopy>> PushAsync(
        IEnumerable<string> recipients,
        OutgoingMessage message,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var target = _app.Target("push").With("rcpt", recipients).With("ttl", message.TimeToLive).With("delay", message.Delay);
        var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, target.Uri) { Content = content };
        if (message.Key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", message.Key);
        }

        var answer = await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false);
        return [.. answer.Read(CometJson.Default.PushJson).Accepted.Select(copy => copy.ToCopy())];
    }

    /// <summary>
    /// Reads the recipient's messages as they arrive, each at least once and, while nothing fails, in order. The sequence has no end:
    /// after a transient error, reading pauses and goes on.
    /// </summary>
    /// <remarks>
    /// Asking for the next message acknowledges the one before. If you leave the loop by <c>break</c>, an exception or a cancellation
    /// inside it, the current message is not acknowledged and comes again when its lease ends. The same holds for an abandoned message
    /// (<see cref="CometMessage.Abandon"/>). A handled message that comes again is dropped, by its id or its key, while this client
    /// remembers it (<see cref="FuncCometClientOptions.RememberedMessages"/>).
    /// </remarks>
    /// <exception cref="FuncCometException">
    /// The error is not transient: the request is malformed, or the recipient has no token that opens the mailbox.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return _reader.ReadAllAsync(recipient, cancellationToken);
    }

    /// <summary>Polls once, for callers that write their own loop. It does not retry.</summary>
    /// <returns>The messages; none if the timeout ended first.</returns>
    public async Task<IReadOnlyList<CometMessage>> PollAsync(
        string recipient,
        PollRequest request,
        CancellationToken cancellationToken = default) =>
        (await PollBatchAsync(recipient, request, cancellationToken).ConfigureAwait(false)).Messages;

    /// <summary>Acknowledges 1 to 32 leased messages. A message that no longer exists counts as acknowledged.</summary>
    /// <exception cref="FuncCometException"> With the code <c>receipt-expired</c>: some receipts have expired because their messages were
    /// delivered again; the others are acknowledged.
    /// </exception>
    public async Task AcknowledgeAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken = default)
    {
        var target = _app.Target("ack").With("rcpt", recipient).With("receipt", receipts);
        var answer = await _app.AsRecipientAsync(recipient, HttpMethod.Post, target, FunctionApp.RequestLimit, cancellationToken)
            .ConfigureAwait(false);
        answer.ThrowUnlessEmpty();
    }

    /// <summary>
    /// Issues a token for the recipient. Give it only to a user who has signed in as that recipient. Needs the function key.
    /// </summary>
    /// <param name="recipient">The recipient whose mailbox the token opens.</param>
    /// <param name="timeToLive">How long the token is valid: whole seconds from 1 minute to 1 day. Default: 1 hour.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<RecipientToken> GetTokenAsync(
        string recipient,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _app.Target("token").With("rcpt", recipient).With("ttl", timeToLive).Uri);
        var token = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.TokenJson);
        return new RecipientToken(token.Token, token.Expires);
    }

    /// <summary>Counts the messages in the recipient's mailbox. Needs the function key.</summary>
    public async Task<MailboxCount> CountMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _app.Target("mailbox").With("rcpt", recipient).Uri);
        var mailbox = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.MailboxJson);
        return new MailboxCount(mailbox.Messages, mailbox.Exists);
    }

    /// <summary>Deletes all messages in the recipient's mailbox. Needs the function key.</summary>
    public async Task EmptyMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, _app.Target("mailbox").With("rcpt", recipient).Uri);
        (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).ThrowUnlessEmpty();
    }

    internal async Task<PolledBatch> PollBatchAsync(string recipient, PollRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var held = request.Timeout < _app.LongestHeld ? request.Timeout : _app.LongestHeld;
        var target = _app.Target("poll").With("rcpt", recipient).With("timeout", held).With("lease", request.Lease)
            .With("max", request.Max.ToString(CultureInfo.InvariantCulture)).With("ack", request.Acknowledges);
        var answer = await _app.AsRecipientAsync(recipient, HttpMethod.Get, target, FunctionApp.LimitOf(held), cancellationToken)
            .ConfigureAwait(false);
        MessageJson[] messages = answer.IsEmpty ? [] : answer.Read(CometJson.Default.PollJson).Messages;
        return new PolledBatch([.. messages.Select(message => message.ToMessage())], answer.Arrived);
    }
}
