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

    /// <summary>A copy that is not known to be stored, with the <c>type</c> of the problem.</summary>
    internal sealed record FailedCopy(string Rcpt, string Type);

    /// <param name="message">The message.</param>
    /// <param name="copies">The copies that were sent, in the order of the request.</param>
    /// <param name="limited">The copies that were not.</param>
    /// <param name="limits">Why they were not.</param>
    public static IResult For(
        Message message, IReadOnlyList<PushedCopy> copies, IReadOnlyList<LimitedCopy> limited, PushLimitOptions limits)
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
        if (accepted.Length == copies.Count && limited.Count == 0)
        {
            var answer = new PushAnswer(accepted);
            return JsonAnswer.Of(answer, PushAnswerJson.Default.PushAnswer, StatusCodes.Status202Accepted);
        }

        FailedCopy[] failed =
        [
            .. from copy in copies
               where !copy.IsAccepted
               let code = copy.Outcome == PushOutcome.MailboxFull ? Problems.MailboxFullCode : Problems.StorageUnavailableCode
               select new FailedCopy(copy.Recipient.Name, Problem.TypeOf(code)),
            .. from copy in limited select new FailedCopy(copy.Recipient.Name, Problem.TypeOf(Problems.TooManyRequestsCode)),
        ];
        var members = new[]
        {
            KeyValuePair.Create<string, object?>("accepted", accepted),
            KeyValuePair.Create<string, object?>("failed", failed),
        };

        // After the longest time, all that failed can be tried again. The first copy that was sent and failed decides the document's own
        // code, if there is one.
        var wait = limited.Select(copy => copy.RetryAfter).DefaultIfEmpty().Max();
        var unsent = copies.FirstOrDefault(copy => !copy.IsAccepted);
        if (unsent is null)
        {
            var most = $"This instance takes at most {limits.PushesPerMinutePerRecipient} messages a minute to one recipient.";
            return Problems.TooManyRequests(most, wait, members);
        }

        var longest = copies.Select(copy => copy.RetryAfter ?? Problems.RetryAfter).Append(wait).Max();
        return unsent.Outcome == PushOutcome.MailboxFull
            ? Problems.MailboxFull(longest, members)
            : Problems.StorageUnavailable(longest, members);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PushAnswer))]
internal sealed partial class PushAnswerJson : JsonSerializerContext;
