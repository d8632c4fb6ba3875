using System.Text;
using System.Text.Json.Serialization;

namespace FuncComet.Client.Administration;

/// <summary>Serialization of the JSON bodies that operators' calls are answered with.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MailboxPageJson))]
[JsonSerializable(typeof(PeekJson))]
[JsonSerializable(typeof(DeadLetterPageJson))]
[JsonSerializable(typeof(DeadLettersJson))]
[JsonSerializable(typeof(RedriveJson))]
[JsonSerializable(typeof(PurgeJson))]
[JsonSerializable(typeof(ErasureJson))]
[JsonSerializable(typeof(AboutJson))]
internal sealed partial class AdministrationJson : JsonSerializerContext;

internal sealed record MailboxPageJson
{
    public required MailboxEntryJson[] Mailboxes { get; init; }

    public string? Next { get; init; }
}

internal sealed record MailboxEntryJson
{
    public required string Rcpt { get; init; }

    public long? Messages { get; init; }

    public bool? Waiting { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    public MailboxEntry ToEntry() => new(Rcpt) { Messages = Messages, IsWaiting = Waiting, LastSeen = LastSeen };
}

internal sealed record PeekJson
{
    public required PeekedMessageJson[] Messages { get; init; }
}

internal sealed record PeekedMessageJson
{
    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required long Deliveries { get; init; }

    public string? ContentType { get; init; }

    public required long Size { get; init; }

    public string? Key { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public bool Foreign { get; init; }

    public string? Unreadable { get; init; }

    public string? Text { get; init; }

    public byte[]? Base64 { get; init; }

    public PeekedMessage ToMessage() => new(Id, Time, Deliveries, Size)
    {
        ContentType = ContentType,
        Key = Key,
        Expires = Expires,
        IsForeign = Foreign,
        Unreadable = Unreadable,
        Body = BodyJson.Read(Text, Base64),
    };
}

internal sealed record DeadLetterPageJson
{
    public required DeadLetterCountJson[] Recipients { get; init; }

    public string? Next { get; init; }

    public long Older { get; init; }

    public DeadLetterPage ToPage() => new([.. Recipients.Select(recipient => new DeadLetterCount(recipient.Rcpt, recipient.Letters))])
    {
        Next = Next,
        Older = Older,
    };
}

internal sealed record DeadLetterCountJson
{
    public required string Rcpt { get; init; }

    public required long Letters { get; init; }
}

internal sealed record DeadLettersJson
{
    public required DeadLetterJson[] Letters { get; init; }

    public required long Count { get; init; }

    public long Older { get; init; }

    public DeadLetterList ToList() => new([.. Letters.Select(letter => letter.ToLetter())], Count) { Older = Older };
}

internal sealed record DeadLetterJson
{
    public required string Id { get; init; }

    public DateTimeOffset? Time { get; init; }

    public DateTimeOffset? DeadLettered { get; init; }

    public required long Deliveries { get; init; }

    public required string Reason { get; init; }

    public string? ContentType { get; init; }

    public string? Key { get; init; }

    public long? Size { get; init; }

    public string? Text { get; init; }

    public byte[]? Base64 { get; init; }

    public DeadLetter ToLetter() => new(Id, Reason, Deliveries)
    {
        Time = Time,
        DeadLettered = DeadLettered,
        ContentType = ContentType,
        Key = Key,
        Size = Size,
        Body = BodyJson.Read(Text, Base64),
    };
}

internal sealed record RedriveJson
{
    public required long Moved { get; init; }

    public required long Left { get; init; }

    public string? Next { get; init; }

    public long Older { get; init; }

    public RedriveResult ToResult() => new(Moved, Left) { Next = Next, Older = Older };
}

internal sealed record PurgeJson
{
    public required long Removed { get; init; }

    public required long Left { get; init; }

    public string? Next { get; init; }

    public long Older { get; init; }

    public PurgeResult ToResult() => new(Removed, Left) { Next = Next, Older = Older };
}

internal sealed record ErasureJson
{
    public required string[] Left { get; init; }
}

internal sealed record AboutJson
{
    public required string Version { get; init; }

    public string? Commit { get; init; }

    public required string Instance { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required PollsJson Polls { get; init; }

    public required StorageJson Storage { get; init; }

    public AboutApp ToAbout() => new(Version, Commit, Instance, Started)
    {
        HeldPolls = Polls.Held,
        MaxHeldPolls = Polls.Max,
        MaxHeldPollsPerRecipient = Polls.MaxPerRecipient,
        StorageAnswers = Storage.Answers,
    };
}

internal sealed record PollsJson
{
    public required long Held { get; init; }

    public required long Max { get; init; }

    public required long MaxPerRecipient { get; init; }
}

internal sealed record StorageJson
{
    public required bool Answers { get; init; }
}

internal static class BodyJson
{
    /// <summary>Reads a body from the member that has it; null if neither does, because bodies were not asked for.</summary>
    public static ReadOnlyMemory<byte>? Read(string? text, byte[]? base64)
    {
        var body = base64 ?? (text is null ? null : Encoding.UTF8.GetBytes(text));

        // Not in one expression with the line before: a null array converts to an empty memory.
        return body is null ? default(ReadOnlyMemory<byte>?) : body;
    }
}
