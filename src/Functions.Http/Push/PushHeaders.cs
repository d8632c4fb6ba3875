using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Push;

/// <summary>Reads the headers of a push: those that are stored with the message, and those that say how to read its body.</summary>
internal static class PushHeaders
{
    public static bool TryRead(
        HttpRequest request,
        RequestLimitOptions limits,
        out string contentType,
        out string? key,
        [NotNullWhen(false)] out IResult? problem)
    {
        var (contentTypes, keys) = (request.Headers.ContentType, request.Headers[ResponseHeaders.IdempotencyKey]);
        contentType = contentTypes is [{ Length: > 0 } given, ..] ? given : Message.DefaultContentType;
        key = keys is [{ } first, ..] ? first : null;
        problem =
            contentTypes.Count > 1 || IsJoined(contentType) ? Problems.BadParameter(HeaderNames.ContentType, "given once")
            : !Message.IsContentType(contentType) || contentType.Length > limits.MaxContentTypeLength
                ? Problems.BadParameter(
                    HeaderNames.ContentType, $"at most {limits.MaxContentTypeLength} printable ASCII characters")
            : keys.Count > 1 ? Problems.BadParameter(ResponseHeaders.IdempotencyKey, "given once")
            : key is not null && (!Message.IsKey(key) || key.Length > limits.MaxKeyLength)
                ? Problems.BadParameter(ResponseHeaders.IdempotencyKey, $"1 to {limits.MaxKeyLength} visible ASCII characters")
            : IsEncoded(request) ? Problems.UnsupportedEncoding()
            : null;
        return problem is null;
    }

    // The proxy of the Functions host, like others, joins two headers of one name with a comma and a space. A media type has a comma only
    // inside quotes. Two keys that are joined have a blank, which no key may have.
    private static bool IsJoined(string contentType) =>
        contentType.Contains(',', StringComparison.Ordinal) && !MediaTypeHeaderValue.TryParse(contentType, out _);

    // Only the type of a body is stored with it. So a coded body would be delivered as something that it is not.
    private static bool IsEncoded(HttpRequest request) =>
        request.Headers.GetCommaSeparatedValues(HeaderNames.ContentEncoding)
            .Any(coding => coding.Length > 0 && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));
}
