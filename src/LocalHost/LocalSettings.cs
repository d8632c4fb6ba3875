using Microsoft.Extensions.Configuration;

namespace FuncComet.LocalHost;

/// <summary>The <c>Values</c> of local.settings.json: as with Core Tools they become environment variables, and those that are set already win.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";
    private const string ExampleName = "local.settings.json.example";

    /// <summary>Applies the file, or where it is missing the example; returns the name of what was used.</summary>
    public static string Apply()
    {
        var name = File.Exists(Path.Combine(RepositoryRoot.Folder, FileName)) ? FileName : ExampleName;
        foreach (var (key, value) in Read(name))
        {
            if (key.Contains('=', StringComparison.Ordinal))
            {
                throw new StartException($"{name}: '{key}' cannot be the name of a setting.");
            }

            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(key)))
            {
                Environment.SetEnvironmentVariable(key, value);
            }
        }

        return name == FileName ? name : $"{name}, since there is no {FileName}";
    }

    private static IEnumerable<KeyValuePair<string, string?>> Read(string name)
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(RepositoryRoot.Folder).AddJsonFile(name).Build().GetSection("Values").GetChildren()
                .Select(setting => KeyValuePair.Create(setting.Key, setting.Value));
        }
        catch (InvalidDataException ex)
        {
            throw new StartException($"{name} cannot be read: {ex.InnerException?.Message ?? ex.Message}");
        }
    }
}
