using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Answers;

/// <summary>
/// An answer in JSON, with its length. ASP.NET Core's own result has no length: it ends with a chunk that is a second packet from the
/// app to the Functions host, and from the host to the client.
/// </summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/json; charset=utf-8";

    public static IResult Of<T>(T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        TypedResults.Text(JsonSerializer.SerializeToUtf8Bytes(answer, type), ContentType, status);
}
