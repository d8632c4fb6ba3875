using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FuncComet.Messages;

/// <summary>The body of a message that another program put on the queue, with the content type that its bytes show.</summary>
internal sealed record ForeignBody(ReadOnlyMemory<byte> Bytes, string ContentType)
{
    private const string Json = "application/json";

    // Depth costs this reader no stack, so the length of a queue message is limit enough.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    public static ForeignBody Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static ForeignBody Of(ReadOnlyMemory<byte> bytes) => new(
        bytes,
        !Utf8.IsValid(bytes.Span) ? Message.DefaultContentType
            : IsObjectOrArray(bytes.Span) ? Json
            : "text/plain; charset=utf-8");

    /// <summary>Whether it is a JSON object or array.</summary>
    public bool IsJson => ContentType == Json;

    private static bool IsObjectOrArray(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8, AnyDepth);
        try
        {
            if (!json.Read() || json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                return false;
            }

            while (json.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
