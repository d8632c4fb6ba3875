using FuncComet.Cli.Output;

namespace FuncComet.Cli;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        using var signals = new TerminationSignals();
        StandardOutput.ReportBrokenPipes();
        return await CommandLine.RunAsync(args, signals);
    }
}
