using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>Shows an operator the messages of a mailbox, and empties it.</summary>
public sealed partial class MailboxContents(MailboxFactory mailboxes, ILogger<MailboxContents> logger)
{
    /// <summary>The most messages that are shown: Storage's limit.</summary>
    public const int MaxShown = 32;

    /// <summary>
    /// The first messages that can be received, at most <paramref name="max"/>. They stay as they are: nothing is taken, hidden or counted
    /// as delivered.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<IReadOnlyList<ShownMessage>> ShowAsync(Recipient recipient, int max)
    {
        var mailbox = mailboxes.Open(recipient);
        var shown = await mailbox.ShowAsync(max);
        Log.Shown(logger, mailbox.QueueName, shown.Count);
        return shown;
    }

    /// <summary>Removes every message; false if only part of them was removed in time.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<bool> ClearAsync(Recipient recipient)
    {
        var mailbox = mailboxes.Open(recipient);
        var isCleared = await mailbox.ClearAsync();
        Log.Cleared(logger, mailbox.QueueName, isCleared ? "all" : "some");
        return isCleared;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listing of {Queue}: {Count} messages were shown.")]
        public static partial void Shown(ILogger logger, string queue, int count);

        [LoggerMessage(2, LogLevel.Information, "Clearing of {Queue}: {Share} messages were removed.")]
        public static partial void Cleared(ILogger logger, string queue, string share);
    }
}
