using FuncComet.LocalHost;

namespace FuncComet.Browser.Tests;

/// <summary>Which browsers the checks must run in.</summary>
internal static class Engines
{
    private const string Variable = "FUNCCOMET_BROWSERS";

    /// <summary>
    /// Chromium everywhere, and the others on Linux, where the tests know how to install them; or Chromium and those that the variable
    /// names, separated by commas. A browser of this list that cannot be started fails the run.
    /// </summary>
    public static IReadOnlyList<Engine> Chosen { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } names
        ? [.. names.Split(',', StringSplitOptions.TrimEntries).Select(Parse).Prepend(Engine.Chromium).Distinct()]
        : OperatingSystem.IsLinux() ? Enum.GetValues<Engine>() : [Engine.Chromium];

    /// <summary>Installs what is missing of the chosen browsers.</summary>
    public static async Task EnsureInstalledAsync(TextWriter output)
    {
        foreach (var engine in Chosen)
        {
            await (engine switch
            {
                Engine.Chromium => Chromium.Installation,
                Engine.Firefox => Firefox.Installation,
                _ => WebKitGtk.Installation,
            }).EnsureInstalledAsync(output);
        }
    }

    private static Engine Parse(string name) => Enum.TryParse<Engine>(name, ignoreCase: true, out var engine)
        ? engine
        : throw new StartException($"{Variable} names {name}, which is none of {string.Join(", ", Enum.GetNames<Engine>())}.");
}
