using System.Text.Json.Serialization;
using FuncComet.Doorbells;
using FuncComet.Functions.Answers;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Presence;

/// <summary>The answer to <c>GET /api/presence</c>, which lists the recipients of whom the storage did and did not tell.</summary>
internal sealed record PresenceAnswer(IReadOnlyList<PresenceAnswer.Known> Presence)
{
    /// <summary>A recipient of whom the storage told.</summary>
    internal sealed record Known(string Rcpt, bool Waiting, string? LastSeen);

    /// <summary>A recipient of whom it did not, with the <c>type</c> of the problem.</summary>
    internal sealed record Unknown(string Rcpt, string Type);

    /// <summary>Null if the storage told of everybody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Unknown>? Failed { get; init; }

    public static IResult For(IReadOnlyList<(Recipient Recipient, RecipientPresence? Presence)> asked)
    {
        Known[] known =
        [
            .. from each in asked
               where each.Presence is not null
               select new Known(each.Recipient.Name, each.Presence.IsWaiting, Rfc3339.Format(each.Presence.LastSeen)),
        ];
        Unknown[] failed =
        [
            .. from each in asked
               where each.Presence is null
               select new Unknown(each.Recipient.Name, Problem.TypeOf(Problems.StorageUnavailableCode)),
        ];
        if (known.Length > 0)
        {
            var answer = new PresenceAnswer(known) { Failed = failed.Length > 0 ? failed : null };
            return JsonAnswer.Of(answer, PresenceAnswerJson.Default.PresenceAnswer);
        }

        return Problems.StorageUnavailable(
            members: [KeyValuePair.Create<string, object?>("presence", known), KeyValuePair.Create<string, object?>("failed", failed)]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PresenceAnswer))]
internal sealed partial class PresenceAnswerJson : JsonSerializerContext;
