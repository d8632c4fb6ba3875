using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Messages;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>Reads the headers of a push that are stored with the message.</summary>
internal static class PushHeaders
{
    public static bool TryRead(
        HttpRequest request,
        RequestLimitOptions limits,
        out string contentType,
        out string? key,
        [NotNullWhen(false)] out IResult? problem)
    {
        contentType = string.IsNullOrEmpty(request.ContentType) ? Message.DefaultContentType : request.ContentType;
        key = request.Headers.TryGetValue(ResponseHeaders.IdempotencyKey, out var values) ? values.ToString() : null;
        problem =
            !Message.IsContentType(contentType) || contentType.Length > limits.MaxContentTypeLength
                ? Problems.BadParameter("Content-Type", $"at most {limits.MaxContentTypeLength} printable ASCII characters")
            : key is not null && (!Message.IsKey(key) || key.Length > limits.MaxKeyLength)
                ? Problems.BadParameter(ResponseHeaders.IdempotencyKey, $"1 to {limits.MaxKeyLength} visible ASCII characters")
            : null;
        return problem is null;
    }
}
