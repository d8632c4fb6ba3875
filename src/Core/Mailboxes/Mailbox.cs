using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// One recipient's queue. Every call has a deadline; a storage that does not answer by then, throttles or refuses is a
/// <see cref="StorageUnavailableException"/>.
/// </summary>
/// <remarks>
/// Only looking can be called off. A send, a receive, a delete or a give-back that is under way runs to its own deadline: a receive cut
/// off in flight could hide a message whose receipt nobody has.
/// </remarks>
public sealed class Mailbox
{
    /// <summary>The longest a call takes, retries included; enough for the storage client's two tries and the pause between them to show.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    private readonly QueueServiceClient _storage;
    private readonly TimeProvider _time;

    internal Mailbox(QueueServiceClient storage, string queueName, Recipient? recipient, TimeProvider time)
    {
        _storage = storage;
        QueueName = queueName;
        Recipient = recipient;
        _time = time;
    }

    /// <summary>The queue's name: fit for logs, where a recipient's name is not.</summary>
    public string QueueName { get; }

    /// <summary>Whose it is; null for a queue of the app's own.</summary>
    internal Recipient? Recipient { get; }

    // Made for each call: its addresses take over a kilobyte, and a poll that waits has no use for them.
    internal QueueClient Queue => _storage.GetQueueClient(QueueName);

    /// <summary>
    /// Stores a text durably, and makes the queue where this is its first message.
    /// </summary>
    /// <param name="text">The queue message's text.</param>
    /// <param name="timeToLive">After this the message is gone; whole seconds, or -1 for never.</param>
    /// <param name="delay">Before this it cannot be received; whole seconds, less than <paramref name="timeToLive"/>.</param>
    /// <param name="deadline">The longest a request may take.</param>
    internal async Task<SentMessage> SendAsync(string text, TimeSpan timeToLive, TimeSpan delay, TimeSpan deadline)
    {
        try
        {
            return await SendTextAsync(passOn: QueueErrorCode.QueueNotFound);
        }
        catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // Asking first whether the queue is there would cost every push a request; only the first one to a recipient fails.
            await CreateQueueAsync(deadline);
            return await SendTextAsync(passOn: null);
        }

        Task<SentMessage> SendTextAsync(QueueErrorCode? passOn) => CallAsync(
            "send",
            deadline,
            async token =>
            {
                // Storage hides it from when it takes it, which is not before it was asked.
                var sentAt = _time.GetTimestamp();
                var sent = (await Queue.SendMessageAsync(text, delay, timeToLive, token)).Value;
                return new SentMessage(text, sent.MessageId, sent.PopReceipt, sent.ExpirationTime, sentAt, delay);
            },
            passOn);
    }

    /// <summary>Looks whether a message can be received; hides nothing. A mailbox whose queue does not exist is empty.</summary>
    public Task<MailboxContent> PeekAsync(TimeSpan deadline, CancellationToken cancellationToken) => CallAsync(
        "peek",
        deadline,
        async token =>
        {
            try
            {
                return (await Queue.PeekMessageAsync(token)).Value is null ? MailboxContent.Empty : MailboxContent.Messages;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return MailboxContent.Missing;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>
    /// Takes up to <paramref name="max"/> messages (1 to 32) out of sight for <paramref name="lease"/> (whole seconds). None where there are none; null where the queue does not exist.
    /// </summary>
    public Task<IReadOnlyList<LeasedMessage>?> ReceiveAsync(int max, TimeSpan lease, TimeSpan deadline) => CallAsync<IReadOnlyList<LeasedMessage>?>(
        "receive",
        deadline,
        async token =>
        {
            // The lease begins when Storage hands the messages out, which is not before it was asked.
            var leasedAt = _time.GetTimestamp();
            try
            {
                var received = (await Queue.ReceiveMessagesAsync(max, lease, token)).Value;
                return Array.ConvertAll(received, message => new LeasedMessage(Recipient!, message, leasedAt, lease));
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return null;
            }
        });

    /// <summary>
    /// Removes what a receipt stands for. True when the message is gone, whoever removed it, and also where its lease had run out and nobody else had
    /// been given it; false where it has been taken again since: the newer receipt counts.
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
                catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.MessageNotFound || ex.ErrorCode == QueueErrorCode.QueueNotFound)
                {
                    return true;
                }
                catch (RequestFailedException ex) when (ex.Status == 400)
                {
                    // PopReceiptMismatch; and whatever else Storage has against a pop receipt that somebody made up.
                    return false;
                }
            });
    }

    /// <summary>Removes a received message for good; false where it was no longer ours to remove (its lease or its life had ended).</summary>
    public Task<bool> DeleteAsync(LeasedMessage message, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);
        return SettleAsync("delete", deadline, token => Queue.DeleteMessageAsync(message.QueueMessageId, message.PopReceipt, token));
    }

    /// <summary>Makes a received message visible again at once; false where it was no longer ours to give.</summary>
    /// <param name="message">What was received.</param>
    /// <param name="undelivered">True where nothing of it was handed to a client: this delivery then does not count.</param>
    /// <param name="deadline">The longest this may take.</param>
    public Task<bool> GiveBackAsync(LeasedMessage message, bool undelivered, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);

        // Without a text the request leaves the message's text as it is.
        var text = undelivered && message.Envelope is { } envelope ? (envelope with { Returned = envelope.Returned + 1 }).Encode() : null;
        return SettleAsync("give back", deadline, token => Queue.UpdateMessageAsync(message.QueueMessageId, message.PopReceipt, text, TimeSpan.Zero, token));
    }

    /// <summary>About how many messages there are, hidden ones included; null where the queue does not exist.</summary>
    public Task<long?> CountAsync() => CallAsync<long?>(
        "count",
        Deadline,
        async token =>
        {
            try
            {
                return (await Queue.GetPropertiesAsync(token)).Value.ApproximateMessagesCountLong;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return null;
            }
        });

    /// <summary>Removes every message. The queue stays: the name of a deleted one is refused for half a minute and more.</summary>
    public Task ClearAsync() => CallAsync(
        "clear",
        Deadline,
        async token =>
        {
            try
            {
                await Queue.ClearMessagesAsync(token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return false;
            }
        });

    // Creation is a race that anyone may win.
    private Task<bool> CreateQueueAsync(TimeSpan deadline) => CallAsync(
        "create the queue",
        deadline,
        async token =>
        {
            try
            {
                await Queue.CreateAsync(Recipient is null ? null : MailboxMetadata.Of(Recipient, presence: null), token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
            {
                return false;
            }
        });

    private Task<bool> SettleAsync(string what, TimeSpan deadline, Func<CancellationToken, Task> settle) => CallAsync(
        what,
        deadline,
        async token =>
        {
            try
            {
                await settle(token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.MessageNotFound || ex.ErrorCode == QueueErrorCode.PopReceiptMismatch || ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return false;
            }
        });

    private Task<T> CallAsync<T>(string what, TimeSpan deadline, Func<CancellationToken, Task<T>> call, QueueErrorCode? passOn = null, CancellationToken cancellationToken = default) =>
        StorageCall.RunAsync(what, deadline, _time, call, passOn, cancellationToken);
}

/// <summary>What a look into a mailbox finds.</summary>
public enum MailboxContent
{
    /// <summary>No message that can be received.</summary>
    Empty,

    /// <summary>The same; the queue does not exist.</summary>
    Missing,

    /// <summary>At least one message.</summary>
    Messages,
}

/// <summary>A message that Storage stored.</summary>
/// <param name="Text">Its text.</param>
/// <param name="QueueMessageId">Storage's id for it.</param>
/// <param name="PopReceipt">Deletes or releases it, until somebody receives it.</param>
/// <param name="Expires">When it is gone.</param>
/// <param name="SentAt">The timestamp, on the monotonic clock, before which Storage was not asked.</param>
/// <param name="Delay">How long nobody can receive it from then on, at the least.</param>
internal sealed record SentMessage(string Text, string QueueMessageId, string PopReceipt, DateTimeOffset Expires, long SentAt, TimeSpan Delay);
