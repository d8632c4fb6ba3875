using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>
/// Pushes messages to recipients, and reads a recipient's own. One for the application: it is safe for concurrent use, and remembers what was handled. Each method throws a
/// <see cref="FuncCometException"/> where its request is refused, fails or is not answered.
/// </summary>
public sealed class FuncCometClient
{
    private readonly FunctionApp _app;
    private readonly MessageReader _reader;

    /// <summary>
    /// A client that sends through <paramref name="http"/>, whose <see cref="HttpClient.Timeout"/> shortens the polls: set it to <see cref="Timeout.InfiniteTimeSpan"/>
    /// for the longest and cheapest; every request has a limit of its own.
    /// </summary>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    public FuncCometClient(HttpClient http, FuncCometClientOptions options, TimeProvider? time = null, ILogger<FuncCometClient>? logger = null)
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

    /// <summary>Stores a message in the recipient's mailbox; nobody needs to be listening. Needs the function key.</summary>
    public async Task<PushedCopy> PushAsync(string recipient, OutgoingMessage message, CancellationToken cancellationToken = default) =>
        (await PushAsync([recipient], message, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Stores the same message in the mailbox of each recipient, 100 at the most. Needs the function key.</summary>
    /// <returns>The copies, in the order of the recipients; a repeated one counts once.</returns>
    /// <exception cref="PushFailedException">Some copies, or all, could not be stored.</exception>
    public async Task<IReadOnlyList<PushedCopy>> PushAsync(IEnumerable<string> recipients, OutgoingMessage message, CancellationToken cancellationToken = default)
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
    /// Reads the recipient's messages as they come, each at least once and, while nothing fails, in the order in which they came. It never ends by itself: passing errors are waited out.
    /// </summary>
    /// <remarks>
    /// A message counts as handled when the next one is asked for, and is acknowledged then and not before. One that is in hand when the loop is left, by <c>break</c>, by an exception or by
    /// a cancellation inside the loop, was not handled: it comes again when its lease ends, and so does one that was abandoned (<see cref="CometMessage.Abandon"/>). What was handled and comes again, by its id or its
    /// key, is dropped while this client remembers it.
    /// </remarks>
    /// <exception cref="FuncCometException">An error that does not pass: the request is malformed, or the recipient has no token that opens the mailbox.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return _reader.ReadAllAsync(recipient, cancellationToken);
    }

    /// <summary>One poll, for those who write their own loop; nothing is tried again.</summary>
    /// <returns>The messages; none where the timeout ran out.</returns>
    public async Task<IReadOnlyList<CometMessage>> PollAsync(string recipient, PollRequest request, CancellationToken cancellationToken = default) =>
        (await PollBatchAsync(recipient, request, cancellationToken).ConfigureAwait(false)).Messages;

    /// <summary>Acknowledges up to 32 messages of lease mode. What is gone already counts as acknowledged.</summary>
    /// <exception cref="FuncCometException">With the code <c>receipt-expired</c>: some came too late and have been delivered again; the others are acknowledged.</exception>
    public async Task AcknowledgeAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken = default)
    {
        var target = _app.Target("ack").With("rcpt", recipient).With("receipt", receipts);
        var answer = await _app.AsRecipientAsync(recipient, HttpMethod.Post, target, FunctionApp.Longest, cancellationToken).ConfigureAwait(false);
        answer.ThrowUnlessEmpty();
    }

    /// <summary>Issues a token for the recipient, to be handed to whoever has signed in as it. Needs the function key.</summary>
    /// <param name="recipient">Whose mailbox it opens.</param>
    /// <param name="timeToLive">How long it is good: whole seconds from 1 minute to 1 day; 1 hour where it is null.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<RecipientToken> GetTokenAsync(string recipient, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _app.Target("token").With("rcpt", recipient).With("ttl", timeToLive).Uri);
        var token = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.TokenJson);
        return new RecipientToken(token.Token, token.Expires);
    }

    /// <summary>Counts what waits in the recipient's mailbox. Needs the function key.</summary>
    public async Task<MailboxCount> CountMailboxAsync(string recipient, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _app.Target("mailbox").With("rcpt", recipient).Uri);
        var mailbox = (await _app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).Read(CometJson.Default.MailboxJson);
        return new MailboxCount(mailbox.Messages, mailbox.Exists);
    }

    /// <summary>Drops all that waits in the recipient's mailbox. Needs the function key.</summary>
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
        var answer = await _app.AsRecipientAsync(recipient, HttpMethod.Get, target, FunctionApp.LimitOf(held), cancellationToken).ConfigureAwait(false);
        return new PolledBatch(answer.IsEmpty ? [] : [.. answer.Read(CometJson.Default.PollJson).Messages.Select(message => message.ToMessage())], answer.Arrived);
    }
}
