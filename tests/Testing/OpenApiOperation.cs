using System.Text.Json;

namespace FuncComet.Testing;

/// <summary>An operation of openapi.yaml: a method of a path.</summary>
/// <param name="Method">The method, in capitals.</param>
/// <param name="Path">The path as the document has it; starts with a slash.</param>
public sealed record OpenApiOperation(string Method, string Path)
{
    /// <summary>The documented answers by status.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Responses { get; init; }

    /// <summary>The ranges of those parameters that have a minimum and a maximum.</summary>
    public required IReadOnlyList<(string Parameter, int Least, int Most)> Ranges { get; init; }
}
