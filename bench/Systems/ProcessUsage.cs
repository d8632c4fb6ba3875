using System.Diagnostics;
using System.Globalization;

namespace FuncComet.Bench.Systems;

/// <summary>Memory and CPU time of processes, as the operating system counts them.</summary>
internal static class ProcessUsage
{
    /// <summary>Adds what the given processes use together.</summary>
    public static SystemState AddUsage(this SystemState state, params IReadOnlyCollection<int> processIds)
    {
        var (memory, cpu) = (0L, TimeSpan.Zero);
        foreach (var processId in processIds)
        {
            using var process = Process.GetProcessById(processId);
            memory += ProportionalSet(processId) ?? process.WorkingSet64;
            cpu += process.TotalProcessorTime;
        }

        return state with { MemoryBytes = memory, Cpu = cpu };
    }

    // Linux's "Pss": pages that several processes share are counted once among them, which a sum of working sets would not do.
    private static long? ProportionalSet(int processId)
    {
        var file = $"/proc/{processId}/smaps_rollup";
        return File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line["Pss:".Length..^"kB".Length], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1_024
            : null;
    }
}
