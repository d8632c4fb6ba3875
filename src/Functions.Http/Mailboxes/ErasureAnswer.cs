using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
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
            : JsonAnswer.Of(new ErasureAnswer(left), ErasureAnswerJson.Default.ErasureAnswer, StatusCodes.Status202Accepted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ErasureAnswer))]
internal sealed partial class ErasureAnswerJson : JsonSerializerContext;
