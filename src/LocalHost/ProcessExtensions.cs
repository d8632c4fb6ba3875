using System.Diagnostics;

namespace FuncComet.LocalHost;

internal static class ProcessExtensions
{
    /// <summary>Asks a process to stop, and kills it with its children if it still runs at the limit.</summary>
    public static async Task StopAsync(this Process process, Action ask, TimeSpan limit)
    {
        if (process.HasExited)
        {
            return;
        }

        ask();
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
