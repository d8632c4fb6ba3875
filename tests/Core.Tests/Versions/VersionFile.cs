using System.Text.Json;

namespace FuncComet.Core.Tests.Versions;

/// <summary>
/// Texts as a version wrote them, from the file in this folder that has its number: what is in queues and in the hands of clients when the
/// app is replaced. A file changes only until its version is released. Later versions get one of their own if they write something else.
/// 0.0.0 stands for what was before version 0.1.0.
/// </summary>
internal sealed record VersionFile(
    IReadOnlyList<VersionFile.WrittenEnvelope> Envelopes,
    IReadOnlyList<VersionFile.WrittenHandle> Receipts,
    IReadOnlyList<VersionFile.WrittenHandle> RecallHandles,
    IReadOnlyDictionary<string, string> DeadLetters)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Versions");

    /// <summary>The versions that have a file, in their order.</summary>
    public static IEnumerable<string> All() =>
        Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).OrderBy(Version.Parse);

    public static VersionFile Read(string version) =>
        JsonSerializer.Deserialize<VersionFile>(File.ReadAllText(Path.Combine(Folder, $"{version}.json")), JsonSerializerOptions.Web)!;

    /// <summary>An envelope's text and what it means.</summary>
    internal sealed record WrittenEnvelope(
        string Text,
        string Id,
        uint HandedOver,
        uint Returned,
        string ContentType,
        string? Key,
        string? TraceParent,
        byte[] Body);

    /// <summary>The text of a receipt or recall handle for alice, and what it means.</summary>
    internal sealed record WrittenHandle(
        string Text,
        string QueueMessageId,
        string PopReceipt,
        DateTimeOffset? LeaseEnd,
        DateTimeOffset? Expires);
}
