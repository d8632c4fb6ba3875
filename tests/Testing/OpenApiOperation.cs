using System.Text.Json;

namespace FuncComet.Testing;

/// <summary>One method of one path of openapi.yaml.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">As it stands there, with a slash in front.</param>
public sealed record OpenApiOperation(string Method, string Path)
{
    /// <summary>By status.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Responses { get; init; }

    /// <summary>Of the numbers among its parameters those that have both ends.</summary>
    public required IReadOnlyList<(string Parameter, int Least, int Most)> Ranges { get; init; }
}
