using System.Text.Json;

namespace FuncComet.LocalHost;

/// <summary>
/// Reads local.settings.json. Its <c>Values</c> become environment variables, as with Core Tools; variables that are
/// already set take precedence. Of its <c>Host</c>, only the two settings for CORS are used.
/// </summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";
    private const string ExampleName = "local.settings.json.example";

    // As Core Tools reads it, except that a repeated name is an error: one of the two would be ignored.
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>Applies the file or, if it is missing, the example.</summary>
    /// <exception cref="StartException">The file cannot be read, or an entry is not what it must be.</exception>
    public static AppliedSettings Apply()
    {
        var name = File.Exists(Path.Combine(RepositoryRoot.Folder, FileName)) ? FileName : ExampleName;
        var (values, cors, credentials) = Read(name, ReadText(name));
        foreach (var (setting, value) in values)
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(setting)))
            {
                Environment.SetEnvironmentVariable(setting, value);
            }
        }

        return new AppliedSettings(name == FileName ? name : $"{name}, since there is no {FileName}", cors, credentials);
    }

    /// <summary>Reads the text of a file and checks every entry that is used. The name is for error messages.</summary>
    /// <exception cref="StartException">The text is not JSON, or an entry is not what it must be.</exception>
    internal static (IReadOnlyList<(string Name, string Value)> Values, string? Cors, bool CorsCredentials) Read(string name, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return Read(name, document.RootElement);
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            // The latter is an escape that stands for half a character.
            throw new StartException($"{name} cannot be read: {ex.Message}");
        }
    }

    private static (IReadOnlyList<(string Name, string Value)> Values, string? Cors, bool CorsCredentials) Read(
        string name, JsonElement root)
    {
        Require(name, root, "The file", "an object", JsonValueKind.Object);
        if (Find(root, "IsEncrypted").ValueKind == JsonValueKind.True)
        {
            throw new StartException($"{name}: IsEncrypted is true, and only Core Tools can decrypt it: run 'func settings decrypt'.");
        }

        var (values, host) = (Find(root, "Values"), Find(root, "Host"));
        Require(name, values, "Values", "an object", JsonValueKind.Object, JsonValueKind.Undefined);
        Require(name, host, "Host", "an object", JsonValueKind.Object, JsonValueKind.Undefined);
        var (cors, credentials) = (Find(host, "CORS"), Find(host, "CORSCredentials"));
        Require(name, cors, "Host.CORS", "a string", JsonValueKind.String, JsonValueKind.Undefined);
        Require(
            name,
            credentials,
            "Host.CORSCredentials",
            "true or false",
            JsonValueKind.True,
            JsonValueKind.False,
            JsonValueKind.Undefined);
        return (
            [.. PropertiesOf(values).Select(entry => Setting(name, entry))],
            cors.ValueKind == JsonValueKind.String ? cors.GetString() : null,
            credentials.ValueKind == JsonValueKind.True);
    }

    private static string ReadText(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(RepositoryRoot.Folder, name));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{name} cannot be read: {ex.Message}");
        }
    }

    private static IEnumerable<JsonProperty> PropertiesOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    // Core Tools does not heed the case of these names.
    private static JsonElement Find(JsonElement parent, string name) =>
        PropertiesOf(parent).FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static (string Name, string Value) Setting(string name, JsonProperty entry)
    {
        var shown = Shown(entry.Name);
        if (entry.Name.Length == 0 || entry.Name.AsSpan().ContainsAny('=', '\0'))
        {
            throw new StartException($"{name}: Values: '{shown}' cannot be the name of a setting.");
        }

        Require(
            name,
            entry.Value,
            $"Values.{shown}",
            "a string, a number, true or false",
            JsonValueKind.String,
            JsonValueKind.Number,
            JsonValueKind.True,
            JsonValueKind.False);
        var value = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
        return value.Contains('\0', StringComparison.Ordinal)
            ? throw new StartException($"{name}: Values.{shown} has a NUL character, which no environment variable can have.")
            : (entry.Name, value);
    }

    private static void Require(
        string name, JsonElement value, string entry, string rule, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!kinds.Contains(value.ValueKind))
        {
            throw new StartException($"{name}: {entry} must be {rule}.");
        }
    }

    // A name may have anything in it, and the message is one line.
    private static string Shown(string name) => new([.. name.Select(character => char.IsControl(character) ? '?' : character)]);
}

/// <summary>The settings that were applied.</summary>
/// <param name="Source">The file that was used.</param>
/// <param name="Cors"><c>Host.CORS</c>; null if it is not set.</param>
/// <param name="CorsCredentials"><c>Host.CORSCredentials</c>; false if it is not set.</param>
internal sealed record AppliedSettings(string Source, string? Cors, bool CorsCredentials);
