using System.Text.Json.Serialization;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Mailboxes;

/// <summary>The body of the answer to <c>DELETE /api/mailbox?erase=true</c> if not all of it is gone.</summary>
/// <param name="Left">What is not gone.</param>
internal sealed record ErasureAnswer(IReadOnlyList<string> Left)
{
    public static IResult For(ErasureResult erased)
    {
        var left = new List<string>();
        if (!erased.Mailbox)
        {
            left.Add("mailbox");
        }

        if (!erased.DeadLetters)
        {
            left.Add("deadLetters");
        }

        return left.Count == 0
            ? TypedResults.NoContent()
            : TypedResults.Json(
                new ErasureAnswer(left), ErasureAnswerJson.Default.ErasureAnswer, contentType: null, StatusCodes.Status202Accepted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ErasureAnswer))]
internal sealed partial class ErasureAnswerJson : JsonSerializerContext;
