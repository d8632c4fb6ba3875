using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
using FuncComet.Messages;
using FuncComet.Pushing;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>The answer to a push: 202 where every copy is accepted, else the problem with what was stored and what was not.</summary>
internal sealed record PushAnswer(IReadOnlyList<PushAnswer.Copy> Accepted)
{
    /// <summary>A stored copy.</summary>
    internal sealed record Copy(string Rcpt, string Id, string Expires);

    /// <summary>A copy that is not known to be stored, and the type of the problem.</summary>
    internal sealed record FailedCopy(string Rcpt, string Type);

    public static IResult For(Message message, IReadOnlyList<PushedCopy> copies)
    {
        Copy[] accepted =
        [
            .. from copy in copies
               where copy.IsAccepted
               select new Copy(copy.Recipient.Name, message.Id.ToString("N"), Rfc3339.Format(copy.Expires)),
        ];
        if (accepted.Length == copies.Count)
        {
            return TypedResults.Json(new PushAnswer(accepted), PushAnswerJson.Default.PushAnswer, statusCode: StatusCodes.Status202Accepted);
        }

        FailedCopy[] failed =
        [
            .. from copy in copies
               where !copy.IsAccepted
               select new FailedCopy(copy.Recipient.Name, Problem.TypeOf(copy.End == PushEnd.MailboxFull ? Problems.MailboxFullCode : Problems.StorageUnavailableCode)),
        ];
        var members = new[] { KeyValuePair.Create<string, object?>("accepted", accepted), KeyValuePair.Create<string, object?>("failed", failed) };

        // The error of the first failure stands for all.
        return copies.First(copy => !copy.IsAccepted).End == PushEnd.MailboxFull ? Problems.MailboxFull(members) : Problems.StorageUnavailable(members);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PushAnswer))]
internal sealed partial class PushAnswerJson : JsonSerializerContext;
