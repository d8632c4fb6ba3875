using System.Text;
using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Offline;

/// <summary>
/// Tells the application of messages for recipients who do not poll, by notes in a queue of the application. It can then
/// reach them in another way. A note is written in the background, and never fails what it belongs to.
/// </summary>
public sealed partial class OfflineNotes : IRecipientMemory, IDisposable
{
    // Storage's limit for the time that a new message is hidden.
    private static readonly TimeSpan LongestHidden = TimeSpan.FromDays(7);

    // How long the application has to receive a note, after it has become visible.
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly Mailbox? _queue;
    private readonly OfflineOptions _options;
    private readonly NoteLimit _limit;
    private readonly UnsettledWork _work;
    private readonly FuncCometMetrics _metrics;
    private readonly ILogger<OfflineNotes> _logger;

    /// <summary>Creates the notes of one instance. Without <see cref="OfflineOptions.Queue"/>, none is written.</summary>
    public OfflineNotes(
        QueueServiceClient storage,
        IOptions<OfflineOptions> options,
        UnsettledWork work,
        FuncCometMetrics metrics,
        TimeProvider time,
        ILogger<OfflineNotes> logger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _queue = string.IsNullOrEmpty(_options.Queue) ? null : new Mailbox(storage, _options.Queue, recipient: null, time);
        (_limit, _work, _metrics, _logger) = (new NoteLimit(options, time), work, metrics, logger);
    }

    /// <inheritdoc/>
    public void Forget(Recipient recipient) => _limit.Forget(recipient);

    /// <inheritdoc/>
    public void Dispose() => _limit.Dispose();

    /// <summary>
    /// Writes a note about a message that nobody polls for, unless another note of the recipient serves it too.
    /// </summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="mailbox">Their mailbox, whose name may stand in the log.</param>
    /// <param name="message">The message.</param>
    /// <param name="hidden">How long the message is hidden; whole seconds.</param>
    internal void Write(Recipient recipient, Mailbox mailbox, Message message, TimeSpan hidden)
    {
        if (_queue is null)
        {
            return;
        }

        var visibleIn = hidden + _options.After;
        visibleIn = visibleIn < LongestHidden ? visibleIn : LongestHidden;
        if (_limit.TryTake(recipient, visibleIn) is { } taken)
        {
            _ = WriteAsync(_queue, recipient, mailbox, message, visibleIn, taken);
        }
    }

    private async Task WriteAsync(
        Mailbox queue, Recipient recipient, Mailbox mailbox, Message message, TimeSpan visibleIn, TimeSpan taken)
    {
        using var unsettled = _work.Begin();
        try
        {
            var json = OfflineNote.JsonOf(recipient, message);
            var text = _options.Encoding == NoteEncoding.Base64 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(json)) : json;
            await queue.SendAsync(text, timeToLive: visibleIn + Life, delay: visibleIn, Mailbox.Deadline);
            _metrics.NoteEnded("written");
        }
        catch (StorageUnavailableException ex)
        {
            Failed();
            Log.NotWritten(_logger, mailbox.QueueName, ex.Message);
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours.
            Failed();
            Log.Failed(_logger, mailbox.QueueName, ex);
        }

        void Failed()
        {
            // The next message then tries again.
            _limit.GiveBack(recipient, taken);
            _metrics.NoteEnded("failed");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The note about a message in {Queue}, which nobody polls, was not written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Error, "A note about a message in {Queue}, which nobody polls, failed.")]
        public static partial void Failed(ILogger logger, string queue, Exception exception);
    }
}
