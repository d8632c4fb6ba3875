using System.Net.Http.Json;

namespace FuncComet.WakeUp;

/// <summary>Asks FuncComet for the state of mailboxes.</summary>
public sealed class Mailboxes(HttpClient funcComet)
{
    public async Task<MailboxState> GetAsync(string recipient, CancellationToken cancellationToken) =>
        await funcComet.GetFromJsonAsync(
            $"mailbox?rcpt={Uri.EscapeDataString(recipient)}", WakeUpJson.Default.MailboxState, cancellationToken)
        ?? throw new InvalidDataException("FuncComet answered null.");
}
