using System.Text.Json;
using System.Text.Json.Serialization;

namespace FuncComet.Client.Connection;

/// <summary>Reads an entry of <c>failed</c>: an object with the recipient of a copy, or a string with a receipt or handle.</summary>
internal sealed class FailedConverter : JsonConverter<FailedJson>
{
    public override FailedJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new FailedJson(Copy: null, reader.GetString())
            : new FailedJson(JsonSerializer.Deserialize(ref reader, CometJson.Default.FailedCopyJson), Handle: null);

    public override void Write(Utf8JsonWriter writer, FailedJson value, JsonSerializerOptions options) =>
        throw new NotSupportedException("The client only reads problems.");
}
