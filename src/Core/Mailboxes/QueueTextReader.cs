using FuncComet.Messages;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// Reads the texts on the queues as <see cref="MailboxOptions.ForeignEncoding"/> says. Warns of each mailbox on which another
/// program's text stays as it is that the first version of this app would have decoded.
/// </summary>
public sealed partial class QueueTextReader(IOptions<MailboxOptions> options, TimeProvider time, ILogger<QueueTextReader> logger)
    : IRecipientMemory, IDisposable
{
    // After so many warnings, further ones would tell nobody anything new.
    private const int MaxWarnings = 1_000;

    private readonly ForeignEncoding _encoding = options.Value.ForeignEncoding;
    private readonly PassingMemory<string, bool> _warned = new(time);
    private int _warnings;

    /// <inheritdoc/>
    public void Forget(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        _warned.Forget(recipient.QueueName(options.Value.QueuePrefix));
    }

    /// <inheritdoc/>
    public void Dispose() => _warned.Dispose();

    internal QueueText Read(string queueName, string text)
    {
        var read = QueueText.Read(text, _encoding);
        if (_encoding == ForeignEncoding.Auto
            && read.WasDecodedByFirstVersion
            && Volatile.Read(ref _warnings) < MaxWarnings
            && _warned.Of(queueName) is null)
        {
            _warned.Remember(queueName, true);
            Interlocked.Increment(ref _warnings);
            Log.NotDecoded(logger, queueName);
        }

        return read;
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Mailbox {Queue}: another program's text is delivered as it is, but may be base64 of another text. "
            + "If that program encodes its messages, set FuncComet__Mailbox__ForeignEncoding to Base64; if it does not, to None.")]
        public static partial void NotDecoded(ILogger logger, string queue);
    }
}
