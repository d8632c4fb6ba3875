using FuncComet.Functions.Answers;
using FuncComet.Messages;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>The body of a push, of which no more is read than a message may hold.</summary>
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
            // One byte more than allowed, where the length was not announced, to see whether there is one. No token: the server ends the read when the client leaves, and
            // where the read was called off before, it finds it under way when it drains what is left of the body, and logs that as an error of ours.
            var buffer = new byte[request.ContentLength ?? Message.MaxBodyBytes + 1];
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, CancellationToken.None);
            return length > Message.MaxBodyBytes ? (default, Problems.MessageTooLarge()) : (buffer.AsMemory(0, length), null);
        }
        catch (BadHttpRequestException)
        {
            return (default, Problems.BadParameter("body", "the bytes that Content-Length or the chunks announce"));
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The connection broke, which is known here before RequestAborted says so: there is nobody to answer.
            return (default, TypedResults.Empty);
        }
    }
}
