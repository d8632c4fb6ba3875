using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
using FuncComet.Messages;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>The body of a 202.</summary>
internal sealed record PushAnswer(IReadOnlyList<PushAnswer.Copy> Accepted)
{
    /// <summary>One stored copy.</summary>
    internal sealed record Copy(string Rcpt, string Id, string Expires);

    public static IResult For(Recipient recipient, Message message, DateTimeOffset expires) => TypedResults.Json(
        new PushAnswer([new Copy(recipient.Name, message.Id.ToString("N"), Rfc3339.Format(expires))]),
        PushAnswerJson.Default.PushAnswer,
        statusCode: StatusCodes.Status202Accepted);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PushAnswer))]
internal sealed partial class PushAnswerJson : JsonSerializerContext;
