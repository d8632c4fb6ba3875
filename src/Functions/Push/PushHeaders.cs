using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Messages;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>The headers of a push that its message keeps.</summary>
internal static class PushHeaders
{
    public static bool TryRead(HttpRequest request, out string contentType, out string? key, [NotNullWhen(false)] out IResult? problem)
    {
        contentType = string.IsNullOrEmpty(request.ContentType) ? Message.DefaultContentType : request.ContentType;
        key = request.Headers.TryGetValue("Idempotency-Key", out var values) ? values.ToString() : null;
        problem = !Message.IsContentType(contentType) ? Problems.BadParameter("Content-Type", $"at most {Message.MaxContentTypeLength} printable ASCII characters")
            : key is not null && !Message.IsKey(key) ? Problems.BadParameter("Idempotency-Key", $"1 to {Message.MaxKeyLength} visible ASCII characters")
            : null;
        return problem is null;
    }
}
