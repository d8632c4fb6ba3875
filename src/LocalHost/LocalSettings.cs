using Microsoft.Extensions.Configuration;

namespace FuncComet.LocalHost;

/// <summary>
/// Reads local.settings.json. Its <c>Values</c> become environment variables, as with Core Tools; variables that are
/// already set take precedence. Of its <c>Host</c>, only the two settings for CORS are used.
/// </summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";
    private const string ExampleName = "local.settings.json.example";

    /// <summary>Applies the file or, if it is missing, the example. Returns the name of the file used and its <c>Host</c>.</summary>
    public static (string Used, IConfiguration Host) Apply()
    {
        var name = File.Exists(Path.Combine(RepositoryRoot.Folder, FileName)) ? FileName : ExampleName;
        var settings = Read(name);
        foreach (var setting in settings.GetSection("Values").GetChildren())
        {
            var key = setting.Key;
            if (key.Contains('=', StringComparison.Ordinal))
            {
                throw new StartException($"{name}: '{key}' cannot be the name of a setting.");
            }

            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(key)))
            {
                Environment.SetEnvironmentVariable(key, setting.Value);
            }
        }

        return (name == FileName ? name : $"{name}, since there is no {FileName}", settings.GetSection("Host"));
    }

    private static IConfiguration Read(string name)
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(RepositoryRoot.Folder).AddJsonFile(name).Build();
        }
        catch (InvalidDataException ex)
        {
            throw new StartException($"{name} cannot be read: {ex.InnerException?.Message ?? ex.Message}");
        }
    }
}
