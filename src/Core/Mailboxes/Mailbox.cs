using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// One recipient's queue. Every call has a deadline. If Storage does not answer by then, throttles or refuses, the call
/// throws <see cref="StorageUnavailableException"/>.
/// </summary>
/// <remarks>
/// Only a peek and a count can be cancelled. A send, a receive, a delete or a give-back that is under way runs to its own deadline:
/// a receive that is cut off in flight could hide a message for which nothing holds a receipt.
/// </remarks>
public sealed class Mailbox
{
    /// <summary>
    /// The longest a call takes, retries included; long enough for the storage client's two tries and the pause between them.
    /// </summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    private readonly QueueServiceClient _storage;
    private readonly TimeProvider _time;
    private readonly QueueTextReader? _texts;

    /// <param name="storage">The account.</param>
    /// <param name="queueName">The queue's name.</param>
    /// <param name="recipient">The owner; null for one of the app's own queues.</param>
    /// <param name="time">The clock.</param>
    /// <param name="texts">Reads what is received; null for a queue without messages to deliver: its texts are not read.</param>
    internal Mailbox(
        QueueServiceClient storage, string queueName, Recipient? recipient, TimeProvider time, QueueTextReader? texts = null)
    {
        _storage = storage;
        QueueName = queueName;
        Recipient = recipient;
        _time = time;
        _texts = texts;
    }

    /// <summary>The queue's name. It may stand in logs; a recipient's name may not.</summary>
    public string QueueName { get; }

    /// <summary>The owner; null for one of the app's own queues.</summary>
    internal Recipient? Recipient { get; }

    // Created for each call: its addresses take over a kilobyte, which a waiting poll does not need.
    internal QueueClient Queue => _storage.GetQueueClient(QueueName);

    /// <summary>
    /// Stores a text durably. Creates the queue if this is its first message.
    /// </summary>
    /// <param name="text">The queue message's text.</param>
    /// <param name="timeToLive">The message expires after this time; whole seconds, or -1 for never.</param>
    /// <param name="delay">
    /// The message cannot be received before this time has passed; whole seconds, less than
    /// <paramref name="timeToLive"/>.
    /// </param>
    /// <param name="deadline">The longest a request may take.</param>
    internal async Task<SentMessage> SendAsync(string text, TimeSpan timeToLive, TimeSpan delay, TimeSpan deadline)
    {
        try
        {
            return await SendTextAsync(passOn: QueueErrorCode.QueueNotFound);
        }
        catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // Checking first whether the queue exists would cost every push a request. This way, only the first push to
            // a recipient fails.
            await CreateQueueAsync(deadline);
            return await SendTextAsync(passOn: null);
        }

        Task<SentMessage> SendTextAsync(QueueErrorCode? passOn) => CallAsync(
            "send",
            deadline,
            async token =>
            {
                // Storage hides the message from the time when it accepts it, so not before this timestamp.
                var sentAt = _time.GetTimestamp();
                var sent = (await Queue.SendMessageAsync(text, delay, timeToLive, token)).Value;
                return new SentMessage(text, sent.MessageId, sent.PopReceipt, sent.TimeNextVisible, sent.ExpirationTime, sentAt, delay);
            },
            passOn);
    }

    /// <summary>Checks whether a message can be received, and hides nothing. A mailbox without a queue is empty.</summary>
    public Task<MailboxContent> PeekAsync(TimeSpan deadline, CancellationToken cancellationToken) => CallAsync(
        "peek",
        deadline,
        async token =>
        {
            try
            {
                return (await Queue.PeekMessageAsync(token)).Value is null ? MailboxContent.Empty : MailboxContent.Messages;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return MailboxContent.Missing;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>
    /// Receives up to <paramref name="max"/> messages (1 to 32) and hides them for <paramref name="lease"/> (whole
    /// seconds). Returns an empty list if there are none, and null if the queue does not exist.
    /// </summary>
    public Task<IReadOnlyList<LeasedMessage>?> ReceiveAsync(
        int max, TimeSpan lease, TimeSpan deadline) => CallAsync<IReadOnlyList<LeasedMessage>?>(
        "receive",
        deadline,
        async token =>
        {
            // The lease begins when Storage hands the messages out, so not before this timestamp.
            var leasedAt = _time.GetTimestamp();
            try
            {
                var received = (await Queue.ReceiveMessagesAsync(max, lease, token)).Value;
                return Array.ConvertAll(
                    received,
                    message => new LeasedMessage(
                        Recipient!, message, _texts?.Read(QueueName, message.MessageText ?? "") ?? default, leasedAt, lease));
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return null;
            }
        });

    /// <summary>
    /// Removes the message of a receipt. Returns true if the message is gone, even if something else removed it. That
    /// includes a message whose lease had run out, unless it has been received again since. Returns false if it has, or
    /// may have: see <see cref="Receipt.CountsAsGone"/>.
    /// </summary>
    public Task<bool> AcknowledgeAsync(Receipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return CallAsync(
            "acknowledge",
            Deadline,
            async token =>
            {
                try
                {
                    await Queue.DeleteMessageAsync(receipt.QueueMessageId, receipt.PopReceipt, token);
                    return true;
                }
                catch (RequestFailedException ex) when (ex.IsNoQueue())
                {
                    return true;
                }
                catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.MessageNotFound || ex.Status == 400)
                {
                    // 400 is PopReceiptMismatch, or any other error for a pop receipt that a client made up.
                    var refusedAt = ex.GetRawResponse()?.Headers.Date ?? _time.GetUtcNow();
                    return receipt.CountsAsGone(refusedAt, isThere: ex.Status == 400);
                }
            });
    }

    /// <summary>Removes a received message for good; false if its lease or its life had already ended.</summary>
    public Task<bool> DeleteAsync(LeasedMessage message, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);
        return SettleAsync("delete", deadline, async token =>
        {
            await Queue.DeleteMessageAsync(message.QueueMessageId, message.PopReceipt, token);
            return true;
        });
    }

    /// <summary>
    /// Makes a received message visible again at once. Returns its new pop receipt, or null if its lease or its life had already ended.
    /// </summary>
    /// <param name="message">The received message.</param>
    /// <param name="undelivered">True if no part of it was handed to a client, so that this delivery does not count.</param>
    /// <param name="deadline">The longest this may take.</param>
    public Task<string?> GiveBackAsync(LeasedMessage message, bool undelivered, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);

        // A request without a text leaves the message's text unchanged.
        var text = undelivered && message.Envelope is { } envelope ? (envelope with { Returned = envelope.Returned + 1 }).Encode() : null;
        return SettleAsync<string?>(
            "give back",
            deadline,
            async token =>
                (await Queue.UpdateMessageAsync(message.QueueMessageId, message.PopReceipt, text, TimeSpan.Zero, token)).Value.PopReceipt);
    }

    /// <summary>The approximate number of messages, including hidden ones; null if the queue does not exist.</summary>
    public async Task<long?> CountAsync() => (await ReadStatusAsync(Deadline, CancellationToken.None))?.Messages;

    /// <summary>Counts the messages, and reads where polls wait for them; null if the queue does not exist.</summary>
    public Task<MailboxStatus?> ReadStatusAsync(TimeSpan deadline, CancellationToken cancellationToken) => CallAsync<MailboxStatus?>(
        "count",
        deadline,
        async token =>
        {
            try
            {
                var queue = (await Queue.GetPropertiesAsync(token)).Value;
                return new(queue.ApproximateMessagesCountLong) { Presences = MailboxMetadata.PresencesIn(queue.Metadata) };
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return null;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>
    /// The first messages that can be received, at most <paramref name="max"/> (1 to 32). Takes, hides and counts nothing.
    /// </summary>
    internal async Task<IReadOnlyList<ShownMessage>> ShowAsync(int max) =>
    [
        .. from message in await PeekMessagesAsync(max)
           select ShownMessage.Of(message, _texts!.Read(QueueName, message.MessageText ?? "")),
    ];

    /// <summary>The same, as Storage shows them.</summary>
    internal Task<IReadOnlyList<PeekedMessage>> PeekMessagesAsync(int max) => CallAsync<IReadOnlyList<PeekedMessage>>(
        "peek",
        Deadline,
        async token =>
        {
            try
            {
                return (await Queue.PeekMessagesAsync(max, token)).Value ?? [];
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return [];
            }
        });

    /// <summary>Deletes the queue with its messages and its metadata, unless there is none.</summary>
    internal Task<bool> DeleteQueueAsync() => CallAsync(
        "delete the queue",
        Deadline,
        async token =>
        {
            try
            {
                await Queue.DeleteAsync(token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return false;
            }
        });

    /// <summary>
    /// Removes every message; false if the deadline ended when only part of them was removed. The queue stays: Storage refuses the name
    /// of a deleted queue for 30 seconds or longer.
    /// </summary>
    public async Task<bool> ClearAsync()
    {
        var isPartRemoved = false;
        try
        {
            return await CallAsync("clear", Deadline, ClearAllAsync);
        }
        catch (StorageUnavailableException) when (isPartRemoved)
        {
            return false;
        }

        async Task<bool> ClearAllAsync(CancellationToken token)
        {
            while (true)
            {
                try
                {
                    await Queue.ClearMessagesAsync(token);
                    return true;
                }
                catch (RequestFailedException ex) when (ex.IsNoQueue())
                {
                    return true;
                }
                catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.OperationTimedOut)
                {
                    // Storage removes as many messages as it can in the time of a request, and asks for another request.
                    isPartRemoved = true;
                }
            }
        }
    }

    // Several pushes may create the queue at once; it does not matter which of them succeeds.
    private Task<bool> CreateQueueAsync(TimeSpan deadline) => CallAsync(
        "create the queue",
        deadline,
        async token =>
        {
            try
            {
                await Queue.CreateAsync(Recipient is null ? null : MailboxMetadata.Of(Recipient, PresenceList.None), token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
            {
                return false;
            }
        });

    // The default value if the message is no longer ours.
    private Task<T?> SettleAsync<T>(string what, TimeSpan deadline, Func<CancellationToken, Task<T?>> settle) => CallAsync(
        what,
        deadline,
        async token =>
        {
            try
            {
                return await settle(token);
            }
            catch (RequestFailedException ex)
                when (ex.ErrorCode == QueueErrorCode.MessageNotFound
                    || ex.ErrorCode == QueueErrorCode.PopReceiptMismatch
                    || ex.IsNoQueue())
            {
                return default;
            }
        });

    private Task<T> CallAsync<T>(
        string what,
        TimeSpan deadline,
        Func<CancellationToken, Task<T>> call,
        QueueErrorCode? passOn = null,
        CancellationToken cancellationToken = default) =>
        StorageCall.RunAsync(what, deadline, _time, call, passOn, cancellationToken);
}

/// <summary>What a peek or receive finds in a mailbox.</summary>
public enum MailboxContent
{
    /// <summary>No message that can be received.</summary>
    Empty,

    /// <summary>No message that can be received, because the queue does not exist.</summary>
    Missing,

    /// <summary>At least one message.</summary>
    Messages,
}

/// <summary>A message that Storage stored.</summary>
/// <param name="Text">The queue message's text.</param>
/// <param name="QueueMessageId">Storage's id for it.</param>
/// <param name="PopReceipt">Deletes or releases it, until it is received.</param>
/// <param name="Visible">When it becomes visible, by Storage's clock.</param>
/// <param name="Expires">When it expires, by Storage's clock.</param>
/// <param name="SentAt">The timestamp, on the monotonic clock, at which the request began.</param>
/// <param name="Delay">How long it stays hidden from then on, at least.</param>
internal sealed record SentMessage(
    string Text,
    string QueueMessageId,
    string PopReceipt,
    DateTimeOffset Visible,
    DateTimeOffset Expires,
    long SentAt,
    TimeSpan Delay);
