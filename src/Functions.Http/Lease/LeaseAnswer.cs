using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Lease;

/// <summary>
/// The answer to a request to change leases: 200 with the receipts that were applied and those that have expired, 410 if all have expired,
/// or a problem that also lists the receipts whose outcome is unknown.
/// </summary>
internal sealed record LeaseAnswer(IReadOnlyList<LeaseAnswer.Changed> Leases, IReadOnlyList<string> Expired)
{
    private const string NoneIsHeld =
        "No receipt holds its message any more: it is gone, has been taken again, or its lease was renewed or ended before.";

    /// <summary>A receipt that was applied and, unless it released its message, the receipt that takes its place.</summary>
    internal sealed record Changed(
        string Receipt,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Renewed,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Expires);

    /// <param name="changes">What became of each receipt.</param>
    /// <param name="isRelease">Whether the messages were released: then nobody holds a new receipt.</param>
    public static IResult For(IReadOnlyList<LeaseChange> changes, bool isRelease)
    {
        Changed[] leases =
        [
            .. from change in changes
               where change.Outcome == LeaseOutcome.Changed
               select Of(change.Receipt, isRelease ? null : change.Renewed),
        ];
        var expired = TextsOf(changes, LeaseOutcome.Expired);
        if (changes.Any(change => change.Failure is not null))
        {
            return Problems.StorageUnavailable(
                changes.Max(change => change.Failure?.RetryAfter),
                KeyValuePair.Create<string, object?>("leases", leases),
                KeyValuePair.Create<string, object?>("expired", expired),
                KeyValuePair.Create<string, object?>("failed", TextsOf(changes, LeaseOutcome.Failed)));
        }

        return expired.Length == changes.Count
            ? Problems.ReceiptExpired(expired, NoneIsHeld)
            : JsonAnswer.Of(new LeaseAnswer(leases, expired), LeaseAnswerJson.Default.LeaseAnswer);
    }

    private static Changed Of(Receipt receipt, Receipt? renewed) =>
        new(receipt.Text, renewed?.Text, renewed?.LeaseEnd is { } end ? Rfc3339.Format(end) : null);

    private static string[] TextsOf(IReadOnlyList<LeaseChange> changes, LeaseOutcome outcome) =>
        [.. from change in changes where change.Outcome == outcome select change.Receipt.Text];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LeaseAnswer))]
internal sealed partial class LeaseAnswerJson : JsonSerializerContext;
