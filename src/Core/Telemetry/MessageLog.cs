using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Telemetry;

/// <summary>
/// Logs each step of a message, if that is turned on, so that "What happened to message X?" has an answer. No line has a recipient's name,
/// a key or a body.
/// </summary>
/// <remarks>
/// A receipt has Storage's id of its message and not ours. So what happens by a receipt is logged with Storage's id alone, every other line
/// has both, and the share is chosen by Storage's id: all instances choose the same messages. A message that was never stored has no such
/// id, and no receipt either. If it is stored after all, because a direct hand-over has failed, the lines before that and those after it
/// are chosen apart.
/// </remarks>
public sealed partial class MessageLog(IOptions<MessageLogOptions> options, ILogger<MessageLog> logger)
{
    private const string NotStored = "none";

    private readonly bool _isOn = options.Value.Messages;

    // Of all hashes, the lowest are logged. For a share of 1, the conversion yields the largest number.
    private readonly ulong _highest = (ulong)(options.Value.MessagesShare * ulong.MaxValue);

    /// <param name="id">The message's id.</param>
    /// <param name="storageId">Storage's id of the copy.</param>
    /// <param name="queue">The name of the mailbox's queue.</param>
    /// <param name="hidden">How long it cannot be received.</param>
    /// <param name="expires">When it expires.</param>
    internal void Stored(Guid id, string storageId, string queue, TimeSpan hidden, DateTimeOffset expires)
    {
        if (IsLogged(storageId, id))
        {
            Log.Stored(logger, Text(id), storageId, queue, hidden.TotalSeconds, Rfc3339.Format(expires));
        }
    }

    /// <summary>A push has handed the message to a waiting poll.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="storageId">Storage's id of the copy; empty if it is not stored.</param>
    /// <param name="queue">The name of the mailbox's queue.</param>
    /// <param name="delivery">The number of this delivery.</param>
    internal void Handed(Guid id, string storageId, string queue, long delivery)
    {
        if (IsLogged(storageId, id))
        {
            Log.Handed(logger, Text(id), Text(storageId), queue, delivery);
        }
    }

    /// <summary>The message was written to a client.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="storageId">Storage's id of the copy; empty if it is not stored.</param>
    /// <param name="queue">The name of the mailbox's queue.</param>
    /// <param name="delivery">The number of this delivery.</param>
    /// <param name="lease">The lease in lease mode; null in plain mode, in which the message is deleted now.</param>
    internal void Delivered(Guid id, string storageId, string queue, long delivery, TimeSpan? lease)
    {
        if (IsLogged(storageId, id))
        {
            Log.Delivered(logger, Text(id), Text(storageId), queue, delivery, lease?.TotalSeconds ?? 0);
        }
    }

    /// <summary>The message was not written to its client, and can be received again.</summary>
    internal void GivenBack(Guid id, string storageId, string queue)
    {
        if (IsLogged(storageId, id))
        {
            Log.GivenBack(logger, Text(id), storageId, queue);
        }
    }

    /// <summary>The message was moved to the dead letters.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="storageId">Storage's id of the copy.</param>
    /// <param name="queue">The name of the mailbox's queue.</param>
    /// <param name="deliveries">How often it was handed out.</param>
    /// <param name="reason">Why it was moved.</param>
    internal void Dead(Guid id, string storageId, string queue, long deliveries, string reason)
    {
        if (IsLogged(storageId, id))
        {
            Log.Dead(logger, Text(id), storageId, queue, deliveries, reason);
        }
    }

    internal void Acknowledged(string storageId, string queue)
    {
        if (IsLogged(storageId))
        {
            Log.Acknowledged(logger, storageId, queue);
        }
    }

    internal void Renewed(string storageId, string queue, TimeSpan lease)
    {
        if (IsLogged(storageId))
        {
            Log.Renewed(logger, storageId, queue, lease.TotalSeconds);
        }
    }

    internal void Released(string storageId, string queue, TimeSpan after)
    {
        if (IsLogged(storageId))
        {
            Log.Released(logger, storageId, queue, after.TotalSeconds);
        }
    }

    internal void Recalled(string storageId, string queue)
    {
        if (IsLogged(storageId))
        {
            Log.Recalled(logger, storageId, queue);
        }
    }

    // The form of ids in the protocol, so that a search finds it.
    private static string Text(Guid id) => id.ToString("N");

    private static string Text(string storageId) => storageId.Length == 0 ? NotStored : storageId;

    private bool IsLogged(string storageId, Guid id = default) =>
        _isOn && HashOf(storageId.Length == 0 ? Text(id) : storageId) <= _highest;

    private static ulong HashOf(string id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));

    // The Functions host sends the text of a line to Application Insights and not its values. So a value follows its name in the text.
    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "stored: message {Message}, storage id {StorageId}, queue {Queue}, hidden {Hidden:F0} s, expires {Expires}")]
        public static partial void Stored(
            ILogger logger, string message, string storageId, string queue, double hidden, string expires);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "handed: message {Message}, storage id {StorageId}, queue {Queue}, delivery {Delivery}")]
        public static partial void Handed(ILogger logger, string message, string storageId, string queue, long delivery);

        [LoggerMessage(
            3,
            LogLevel.Information,
            "delivered: message {Message}, storage id {StorageId}, queue {Queue}, delivery {Delivery}, lease {Lease:F0} s")]
        public static partial void Delivered(
            ILogger logger, string message, string storageId, string queue, long delivery, double lease);

        [LoggerMessage(4, LogLevel.Information, "given back: message {Message}, storage id {StorageId}, queue {Queue}")]
        public static partial void GivenBack(ILogger logger, string message, string storageId, string queue);

        [LoggerMessage(
            5,
            LogLevel.Information,
            "dead: message {Message}, storage id {StorageId}, queue {Queue}, deliveries {Deliveries}: {Reason}")]
        public static partial void Dead(
            ILogger logger, string message, string storageId, string queue, long deliveries, string reason);

        [LoggerMessage(6, LogLevel.Information, "acknowledged: storage id {StorageId}, queue {Queue}")]
        public static partial void Acknowledged(ILogger logger, string storageId, string queue);

        [LoggerMessage(7, LogLevel.Information, "renewed: storage id {StorageId}, queue {Queue}, lease {Lease:F0} s")]
        public static partial void Renewed(ILogger logger, string storageId, string queue, double lease);

        [LoggerMessage(8, LogLevel.Information, "released: storage id {StorageId}, queue {Queue}, after {After:F0} s")]
        public static partial void Released(ILogger logger, string storageId, string queue, double after);

        [LoggerMessage(9, LogLevel.Information, "recalled: storage id {StorageId}, queue {Queue}")]
        public static partial void Recalled(ILogger logger, string storageId, string queue);
    }
}
