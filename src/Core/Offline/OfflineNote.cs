using System.Text.Json;
using System.Text.Json.Serialization;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Offline;

/// <summary>What the application is told about a message that nobody polls for. As JSON it has at most 4 kB.</summary>
/// <param name="Rcpt">The recipient.</param>
/// <param name="Id">The message's id, as in its deliveries.</param>
/// <param name="Time">When it was pushed, RFC 3339.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Key">Its key; left out if it has none.</param>
internal sealed record OfflineNote(string Rcpt, string Id, string Time, string ContentType, string? Key)
{
    public static string JsonOf(Recipient recipient, Message message)
    {
        var time = Rfc3339.Format(message.Time);
        var note = new OfflineNote(recipient.Name, message.Id.ToString("N"), time, message.ContentType, message.Key);
        return JsonSerializer.Serialize(note, OfflineNoteJson.Default.OfflineNote);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OfflineNote))]
internal sealed partial class OfflineNoteJson : JsonSerializerContext;
