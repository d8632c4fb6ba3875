using FuncComet.LocalHost;
using Xunit.Runner.InProc.SystemConsole;

namespace FuncComet.Browser.Tests;

/// <summary>Runs the tests, or one of two other commands: <c>set-up</c> and <c>screenshots &lt;folder&gt;</c>.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["set-up"] => ExplainedAsync(() => Engines.EnsureInstalledAsync(Console.Out)),
        ["screenshots", var folder] => ExplainedAsync(() => Screenshots.TakeAsync(folder, Console.Out)),
        _ => ConsoleRunner.Run(args),
    };

    private static async Task<int> ExplainedAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (StartException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }
    }
}
