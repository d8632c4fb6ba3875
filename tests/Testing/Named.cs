using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Testing;

/// <summary>Short names for what tests make often.</summary>
public static class Named
{
    private static int _last;

    public static Recipient Recipient(string name) => FuncComet.Recipients.Recipient.TryParse(name, out var recipient) ? recipient : throw new ArgumentException(name);

    /// <summary>A recipient that no other test uses.</summary>
    public static Recipient NewRecipient() => Recipient($"core-{Guid.NewGuid():N}-{Interlocked.Increment(ref _last)}");

    public static Message Message(string text) => FuncComet.Messages.Message.Create(TimeProvider.System, "text/plain", key: null, System.Text.Encoding.UTF8.GetBytes(text));

    public static string Text(this Message message) => System.Text.Encoding.UTF8.GetString(message.Body.Span);

    /// <summary>The one next message; null where there is none.</summary>
    public static async Task<LeasedMessage?> ReceiveAsync(this Mailbox mailbox, TimeSpan lease, TimeSpan deadline) =>
        (await mailbox.ReceiveAsync(1, lease, deadline))?.SingleOrDefault();
}
