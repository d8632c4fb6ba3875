using System.Text;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Testing;

/// <summary>Creates the recipients and messages that tests use.</summary>
public static class Named
{
    private static int _last;

    public static Recipient Recipient(string name) =>
        FuncComet.Recipients.Recipient.TryParse(name, out var recipient) ? recipient : throw new ArgumentException(name);

    /// <summary>Creates a recipient that no other test uses.</summary>
    public static Recipient NewRecipient() => Recipient($"core-{Guid.NewGuid():N}-{Interlocked.Increment(ref _last)}");

    public static Message Message(string text) =>
        FuncComet.Messages.Message.Create(TimeProvider.System, "text/plain", key: null, Encoding.UTF8.GetBytes(text));

    public static string Text(this Message message) => Encoding.UTF8.GetString(message.Body.Span);

    /// <summary>Receives one message; null if there is none.</summary>
    public static async Task<LeasedMessage?> ReceiveAsync(this Mailbox mailbox, TimeSpan lease, TimeSpan deadline) =>
        (await mailbox.ReceiveAsync(1, lease, deadline))?.SingleOrDefault();
}
