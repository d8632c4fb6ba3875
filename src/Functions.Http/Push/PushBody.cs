using FuncComet.Functions.Answers;
using FuncComet.Messages;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>Reads the body of a push, and never more of it than a message may hold.</summary>
internal static class PushBody
{
    public static async Task<(ReadOnlyMemory<byte> Body, IResult? Refused)> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > Message.MaxBodyBytes)
        {
            return (default, Problems.MessageTooLarge());
        }

        try
        {
            // If the length was not announced, read one byte more than allowed, which shows that the body is too large. Pass no token: the
            // server ends the read when the client leaves. If a token ended it, the server would find the read pending when it drains the
            // rest of the body, and would log an error.
            var buffer = new byte[request.ContentLength ?? Message.MaxBodyBytes + 1];
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, CancellationToken.None);
            return length > Message.MaxBodyBytes ? (default, Problems.MessageTooLarge()) : (buffer.AsMemory(0, length), null);
        }
        catch (Exception ex) when (ex is OperationCanceledException or (IOException and not BadHttpRequestException))
        {
            // The connection broke. RequestAborted may not have fired yet, but there is no client to answer.
            return (default, TypedResults.Empty);
        }
    }
}
