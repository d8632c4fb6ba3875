namespace FuncComet.Bench.Scenarios;

/// <summary>One thing that is measured.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Description { get; }

    Task RunAsync(Run run, CancellationToken cancellationToken);
}
