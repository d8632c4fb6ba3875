using System.Text;
using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FuncComet.Testing;

/// <summary>Creates the recipients and messages that tests use.</summary>
public static class Named
{
    /// <summary>The text of an envelope of a later version: its mark, a digit, an id and two bytes.</summary>
    public const string LaterEnvelope = "FCv2AZqxwtPkf1qLbH2OnwobLAAA";

    private static int _last;

    public static Recipient Recipient(string name) =>
        FuncComet.Recipients.Recipient.TryParse(name, out var recipient) ? recipient : throw new ArgumentException(name);

    /// <summary>Creates a recipient that no other test uses.</summary>
    public static Recipient NewRecipient() => Recipient($"core-{Guid.NewGuid():N}-{Interlocked.Increment(ref _last)}");

    public static Message Message(string text) =>
        FuncComet.Messages.Message.Create(TimeProvider.System, "text/plain", key: null, Encoding.UTF8.GetBytes(text));

    /// <summary>Opens mailboxes in a storage, with the default options unless others are given.</summary>
    public static MailboxFactory Mailboxes(QueueServiceClient storage, TimeProvider time, MailboxOptions? options = null)
    {
        var given = Options.Create(options ?? new MailboxOptions());
        return new MailboxFactory(storage, given, new QueueTextReader(given, time, NullLogger<QueueTextReader>.Instance), time);
    }

    public static string Text(this Message message) => Encoding.UTF8.GetString(message.Body.Span);

    /// <summary>Receives one message; null if there is none.</summary>
    public static async Task<LeasedMessage?> ReceiveAsync(this Mailbox mailbox, TimeSpan lease, TimeSpan deadline) =>
        (await mailbox.ReceiveAsync(1, lease, deadline))?.SingleOrDefault();
}
