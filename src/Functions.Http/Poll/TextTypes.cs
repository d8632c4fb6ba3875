using System.Collections.Frozen;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Poll;

/// <summary>The content types whose messages are text in a JSON answer. docs/protocol.md lists them.</summary>
internal static class TextTypes
{
    /// <summary>The suffixes, without their plus.</summary>
    public static readonly IReadOnlyCollection<string> Suffixes = ["json", "xml", "yaml"];

    /// <summary>The subtypes of any type.</summary>
    public static readonly IReadOnlyCollection<string> Subtypes =
    [
        "json", "x-ndjson", "jsonl", "json-seq", "xml", "yaml", "toml", "csv", "graphql", "sql",
        "javascript", "ecmascript", "x-javascript", "x-www-form-urlencoded",
    ];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IsSuffix = Set(Suffixes);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IsSubtype = Set(Subtypes);

    /// <summary>Whether a body is text in a JSON answer: its content type is listed, and its bytes are UTF-8.</summary>
    public static bool IsText(string contentType, ReadOnlySpan<byte> body) => Contains(contentType) && Utf8.IsValid(body);

    /// <summary>True for <c>text/*</c> and for the listed subtypes and suffixes. Parameters do not matter, well-formed or not.</summary>
    public static bool Contains(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var essence = new StringSegment(contentType, 0, end < 0 ? contentType.Length : end);
        return MediaTypeHeaderValue.TryParse(essence, out var type)
            && (type.Type.Equals("text", StringComparison.OrdinalIgnoreCase)
                || IsSubtype.Contains(type.SubType)
                || IsSuffix.Contains(type.Suffix));
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(IEnumerable<string> names) =>
        names.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
