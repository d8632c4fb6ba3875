using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures the time from starting a process until it serves, and until it has answered its first push.</summary>
internal sealed class Startup : IScenario
{
    public const string ScenarioName = "startup";

    public string Name => ScenarioName;

    public string Description => "start-up time";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var times = new Dictionary<string, (Samples Serving, Samples Answered)>();
        for (var start = 0; start < run.Scale.Starts; start++)
        {
            // The golongpoll server is not started by the bench.
            var inMemory = run.Systems.InMemory().Where(system => system is not GolongpollSystem);
            foreach (var system in (IEnumerable<IPushSystem>)[run.Systems.Stored(), .. inMemory, run.Systems.NaiveSecond()])
            {
                if (!times.TryGetValue(system.Name, out var samples))
                {
                    times[system.Name] = samples = (new Samples(), new Samples());
                }

                await using (system)
                {
                    var began = Stopwatch.GetTimestamp();
                    await system.StartAsync(cancellationToken);
                    samples.Serving.Add(Stopwatch.GetElapsedTime(began));
                    await system.PushAsync("r0", cancellationToken);
                    samples.Answered.Add(Stopwatch.GetElapsedTime(began));
                }
            }

            run.Progress($"start {start + 1} of {run.Scale.Starts}");
        }

        foreach (var (name, (serving, answered)) in times)
        {
            run.Report.Add(Name, name, "serves: p50, ms", serving.Percentile(0.5));
            run.Report.Add(Name, name, "first push answered: p50, ms", answered.Percentile(0.5));
        }
    }
}
