using System.Diagnostics;
using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.Browser.Tests;

/// <summary>
/// A window of WebKitGTK's small browser without the driver. Nothing can be done in it, but it shows what the page writes to the console,
/// from its first line on.
/// </summary>
internal sealed partial class WebKitWindow : IAsyncDisposable
{
    private const string Program = "MiniBrowser";

    private static readonly string[] Versions = ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"];
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly ProcessOutput _output;

    private WebKitWindow(Process process) => (_process, _output) = (process, new ProcessOutput(process));

    /// <summary>The errors and warnings in the console so far.</summary>
    public IReadOnlyCollection<string> Complaints => [.. _output.Lines.Where(line => Complaint().IsMatch(line))];

    public static WebKitWindow Open(Uri address, Display display)
    {
        // Not in private mode, in which WebKit writes no console messages; so it keeps files, which go where the tests keep theirs.
        var kept = RepositoryRoot.Kept("webkit");
        var start = new ProcessStartInfo(Find(), ["--enable-write-console-messages-to-stdout=true", $"{address}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DISPLAY"] = display.Name, ["XDG_DATA_HOME"] = kept, ["XDG_CACHE_HOME"] = kept, ["XDG_CONFIG_HOME"] = kept },
        };
        return new WebKitWindow(Process.Start(start)!);
    }

    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            await _process.StopAsync(() => _process.Kill(entireProcessTree: true), LongestStop);
        }
    }

    // It is not on PATH. Each family of Linux has it elsewhere.
    private static string Find()
    {
        var libraries = Path.Combine("/usr", "lib");
        var multiarch = Directory.GetDirectories(libraries, "*-linux-gnu*");
        string[] folders = [.. multiarch, libraries, $"{libraries}64", Path.Combine("/usr", "libexec")];
        return folders.SelectMany(folder => Versions.Select(version => Path.Combine(folder, version, Program))).FirstOrDefault(File.Exists)
            ?? throw new StartException($"There is no {Program}, which should have come with WebKitWebDriver.");
    }

    [GeneratedRegex("CONSOLE ([A-Z]+ )*(ERROR|WARN)")]
    private static partial Regex Complaint();
}
