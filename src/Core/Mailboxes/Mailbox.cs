using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Doorbells;
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

    private const string RecipientMetadata = "recipient";
    private const string BellMetadata = "bell";

    private readonly QueueServiceClient _storage;
    private readonly Recipient? _recipient;
    private readonly TimeProvider _time;

    internal Mailbox(QueueServiceClient storage, string queueName, Recipient? recipient, TimeProvider time)
    {
        _storage = storage;
        QueueName = queueName;
        _recipient = recipient;
        _time = time;
    }

    /// <summary>The queue's name: fit for logs, where a recipient's name is not.</summary>
    public string QueueName { get; }

    // Made for each call: its addresses take over a kilobyte, and a poll that waits has no use for them.
    private QueueClient Queue => _storage.GetQueueClient(QueueName);

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
                // It is hidden from when Storage takes it, which is not before it was asked.
                var hiddenUntil = _time.GetUtcNow() + delay;
                var sent = (await Queue.SendMessageAsync(text, delay, timeToLive, token)).Value;
                return new SentMessage(text, sent.MessageId, sent.PopReceipt, sent.ExpirationTime, hiddenUntil);
            },
            passOn);
    }

    /// <summary>The last look or receive found no queue.</summary>
    internal bool IsMissing { get; private set; }

    /// <summary>Looks whether a message can be received; hides nothing. A mailbox whose queue does not exist is empty.</summary>
    public Task<bool> HasMessageAsync(TimeSpan deadline, CancellationToken cancellationToken) => CallAsync(
        "peek",
        deadline,
        async token =>
        {
            try
            {
                IsMissing = false;
                return (await Queue.PeekMessageAsync(token)).Value is not null;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                IsMissing = true;
                return false;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>Takes up to <paramref name="max"/> messages (1 to 32) out of sight for <paramref name="lease"/> (whole seconds); none where there are none.</summary>
    public Task<IReadOnlyList<LeasedMessage>> ReceiveAsync(int max, TimeSpan lease, TimeSpan deadline) => CallAsync<IReadOnlyList<LeasedMessage>>(
        "receive",
        deadline,
        async token =>
        {
            // The lease begins when Storage hands the messages out, which is not before it was asked.
            var leaseEnd = _time.GetUtcNow() + lease;
            try
            {
                IsMissing = false;
                return Array.ConvertAll((await Queue.ReceiveMessagesAsync(max, lease, token)).Value, received => new LeasedMessage(_recipient!, received, leaseEnd));
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                IsMissing = true;
                return [];
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

    /// <summary>Writes where a poll waits for the recipient, and makes the queue for it where there is none. The last who writes it counts.</summary>
    internal Task WritePresenceAsync(Presence presence, TimeSpan deadline, CancellationToken cancellationToken) => CallAsync(
        "write the queue's metadata",
        deadline,
        async token =>
        {
            var metadata = Metadata(presence);
            try
            {
                return await Queue.SetMetadataAsync(metadata, token);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
            }

            try
            {
                return await Queue.CreateAsync(metadata, token);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
            {
                return await Queue.SetMetadataAsync(metadata, token);
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>Where a poll for the recipient was last said to wait; null where none was.</summary>
    internal Task<Presence?> ReadPresenceAsync() => CallAsync<Presence?>(
        "read the queue's metadata",
        Deadline,
        async token =>
        {
            try
            {
                var properties = (await Queue.GetPropertiesAsync(token)).Value;
                return properties.Metadata is { } metadata && metadata.TryGetValue(BellMetadata, out var bell) ? Presence.TryParse(bell) : null;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return null;
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
                await Queue.CreateAsync(_recipient is null ? null : Metadata(presence: null), token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
            {
                return false;
            }
        });

    // All of it, since Storage replaces it whole. Percent-encoded: other than ASCII fails in the SDK, and a trailing space breaks the request's signature.
    private Dictionary<string, string> Metadata(Presence? presence)
    {
        var metadata = new Dictionary<string, string> { [RecipientMetadata] = Uri.EscapeDataString(_recipient!.Name) };
        if (presence is { } bell)
        {
            metadata[BellMetadata] = bell.ToString();
        }

        return metadata;
    }

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

/// <summary>A message that Storage stored.</summary>
/// <param name="Text">Its text.</param>
/// <param name="QueueMessageId">Storage's id for it.</param>
/// <param name="PopReceipt">Deletes or releases it, until somebody receives it.</param>
/// <param name="Expires">When it is gone.</param>
/// <param name="HiddenUntil">Until when nobody can receive it, at the least.</param>
internal sealed record SentMessage(string Text, string QueueMessageId, string PopReceipt, DateTimeOffset Expires, DateTimeOffset HiddenUntil);
