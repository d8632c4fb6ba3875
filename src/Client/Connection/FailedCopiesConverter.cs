using System.Text.Json;
using System.Text.Json.Serialization;

namespace FuncComet.Client.Connection;

/// <summary>
/// Reads a problem's <c>failed</c>: objects in the answer to a push. Answers to other requests have strings there, which are left out: they
/// name what is in none of the answer's other lists.
/// </summary>
internal sealed class FailedCopiesConverter : JsonConverter<FailedCopyJson[]>
{
    public override FailedCopyJson[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("It should be an array.");
        }

        var copies = new List<FailedCopyJson>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                copies.Add(JsonSerializer.Deserialize(ref reader, CometJson.Default.FailedCopyJson)
                    ?? throw new JsonException("It should be an object or a string."));
            }
        }

        return [.. copies];
    }

    public override void Write(Utf8JsonWriter writer, FailedCopyJson[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("The client reads problems only.");
}
