using System.Text;
using System.Text.Json.Serialization;

namespace FuncComet.Client.Connection;

/// <summary>Serialization of the JSON bodies that the function app answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PushJson))]
[JsonSerializable(typeof(PollJson))]
[JsonSerializable(typeof(TokenJson))]
[JsonSerializable(typeof(MailboxJson))]
[JsonSerializable(typeof(LeasesJson))]
[JsonSerializable(typeof(PresenceListJson))]
[JsonSerializable(typeof(ProblemJson))]
[JsonSerializable(typeof(FailedCopyJson))]
internal sealed partial class CometJson : JsonSerializerContext;

internal sealed record PushJson
{
    public required CopyJson[] Accepted { get; init; }
}

internal sealed record CopyJson
{
    public required string Rcpt { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public string? Recall { get; init; }

    public bool Handed { get; init; }

    public bool? Waiting { get; init; }

    public PushedCopy ToCopy() => new(Rcpt, Id, Expires) { Recall = Recall, IsHanded = Handed, IsWaiting = Waiting };
}

internal sealed record FailedCopyJson
{
    public required string Rcpt { get; init; }

    public required string Type { get; init; }

    public FailedCopy ToFailedCopy() => new(Rcpt, ProblemJson.CodeOf(Type));
}

/// <summary>
/// An entry of a problem's <c>failed</c>: an object that names a recipient, or a string that is a receipt or a recall handle.
/// </summary>
[JsonConverter(typeof(FailedConverter))]
internal sealed record FailedJson(FailedCopyJson? Copy, string? Handle);

internal sealed record PollJson
{
    public required MessageJson[] Messages { get; init; }
}

internal sealed record MessageJson
{
    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required long Deliveries { get; init; }

    public required string ContentType { get; init; }

    public string? Text { get; init; }

    public byte[]? Base64 { get; init; }

    public string? Key { get; init; }

    public string? Receipt { get; init; }

    public CometMessage ToMessage() => new()
    {
        Id = Id,
        Time = Time,
        Deliveries = Deliveries,
        ContentType = ContentType,
        Body = Base64 ?? Encoding.UTF8.GetBytes(Text ?? ""),
        Key = Key,
        Receipt = Receipt,
    };
}

internal sealed record TokenJson
{
    public required string Token { get; init; }

    public required DateTimeOffset Expires { get; init; }
}

internal sealed record MailboxJson
{
    public required long Messages { get; init; }

    public required bool Exists { get; init; }

    public bool? Waiting { get; init; }

    public DateTimeOffset? LastSeen { get; init; }
}

internal sealed record PresenceListJson
{
    public required PresenceJson[] Presence { get; init; }
}

internal sealed record PresenceJson
{
    public required string Rcpt { get; init; }

    public required bool Waiting { get; init; }

    public DateTimeOffset? LastSeen { get; init; }
}

internal sealed record LeasesJson
{
    public required LeaseJson[] Leases { get; init; }

    public required string[] Expired { get; init; }
}

internal sealed record LeaseJson
{
    public required string Receipt { get; init; }

    public string? Renewed { get; init; }

    public DateTimeOffset? Expires { get; init; }
}

internal sealed record ProblemJson
{
    private const string CodePrefix = "urn:funccomet:";

    public string Type { get; init; } = "";

    public string Detail { get; init; } = "";

    public string? Parameter { get; init; }

    public CopyJson[]? Accepted { get; init; }

    public FailedJson[]? Failed { get; init; }

    public LeaseJson[]? Leases { get; init; }

    public string[]? Expired { get; init; }

    public string[]? Delivered { get; init; }

    public static string CodeOf(string type) =>
        type.StartsWith(CodePrefix, StringComparison.Ordinal) ? type[CodePrefix.Length..] : FuncCometException.UnexpectedAnswer;
}
