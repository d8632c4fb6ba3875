namespace FuncComet.Bench.Scenarios;

/// <summary>A measurement that can be run on its own.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <summary>What it measures, in one line for the help text.</summary>
    string Description { get; }

    Task RunAsync(Run run, CancellationToken cancellationToken);
}
