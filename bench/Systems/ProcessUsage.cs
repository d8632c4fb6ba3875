using System.Diagnostics;
using System.Globalization;

namespace FuncComet.Bench.Systems;

/// <summary>Memory and CPU time of processes, as reported by the operating system.</summary>
internal static class ProcessUsage
{
    /// <summary>Adds the total memory and CPU time of the given processes.</summary>
    public static SystemState AddUsage(this SystemState state, params IReadOnlyCollection<int> processIds) =>
        Add(state, processIds, process => ProportionalSet(process.Id) ?? process.WorkingSet64);

    /// <summary>
    /// Adds the total resident memory and CPU time of the given processes. Pages that they share with each other or with others are counted
    /// for each of them, so what else runs on the machine makes no difference.
    /// </summary>
    public static SystemState AddResidentUsage(this SystemState state, params IReadOnlyCollection<int> processIds) =>
        Add(state, processIds, process => process.WorkingSet64);

    private static SystemState Add(SystemState state, IReadOnlyCollection<int> processIds, Func<Process, long> memoryOf)
    {
        var (memory, cpu) = (0L, TimeSpan.Zero);
        foreach (var processId in processIds)
        {
            using var process = Process.GetProcessById(processId);
            memory += memoryOf(process);
            cpu += process.TotalProcessorTime;
        }

        return state with { MemoryBytes = memory, Cpu = cpu };
    }

    // Linux's proportional set size divides shared pages among the processes that share them; a sum of working sets would count them
    // several times.
    private static long? ProportionalSet(int processId)
    {
        var file = $"/proc/{processId}/smaps_rollup";
        return File.Exists(file)
            && File.ReadLines(file).FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal)) is { } line
                ? long.Parse(line["Pss:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1_024
                : null;
    }
}
