using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
using FuncComet.Messages;
using FuncComet.Pushing;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>
/// The answer to a push: 202 if every copy was stored, else a problem that lists the copies that were and were not stored.
/// </summary>
internal sealed record PushAnswer(IReadOnlyList<PushAnswer.Copy> Accepted)
{
    /// <summary>A stored copy, with the handle that takes it back or, if a poll was handed it, without one.</summary>
    internal sealed record Copy(string Rcpt, string Id, string Expires)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Recall { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Handed { get; init; }

        /// <summary>Whether a poll of the recipient waited; null if the push did not ask or the storage did not tell.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public bool? Waiting { get; init; }
    }

    /// <summary>A copy that may not be stored, with the <c>type</c> of the problem.</summary>
    internal sealed record FailedCopy(string Rcpt, string Type);

    public static IResult For(Message message, IReadOnlyList<PushedCopy> copies)
    {
        Copy[] accepted =
        [
            .. from copy in copies
               where copy.IsAccepted
               select new Copy(copy.Recipient.Name, message.Id.ToString("N"), Rfc3339.Format(copy.Expires))
               {
                   Recall = copy.Recall?.Text,
                   Handed = copy.Recall is null,
                   Waiting = copy.IsWaiting,
               },
        ];
        if (accepted.Length == copies.Count)
        {
            var answer = new PushAnswer(accepted);
            return TypedResults.Json(answer, PushAnswerJson.Default.PushAnswer, statusCode: StatusCodes.Status202Accepted);
        }

        FailedCopy[] failed =
        [
            .. from copy in copies
               where !copy.IsAccepted
               let code = copy.Outcome == PushOutcome.MailboxFull ? Problems.MailboxFullCode : Problems.StorageUnavailableCode
               select new FailedCopy(copy.Recipient.Name, Problem.TypeOf(code)),
        ];
        var members = new[]
        {
            KeyValuePair.Create<string, object?>("accepted", accepted),
            KeyValuePair.Create<string, object?>("failed", failed),
        };

        // The first failure decides the document's own code.
        return copies.First(copy => !copy.IsAccepted).Outcome == PushOutcome.MailboxFull
            ? Problems.MailboxFull(members)
            : Problems.StorageUnavailable(copies.Max(copy => copy.RetryAfter), members);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PushAnswer))]
internal sealed partial class PushAnswerJson : JsonSerializerContext;
