using System.Reflection;
using System.Runtime.InteropServices;

namespace FuncComet.Bench.Reporting;

/// <summary>The figures of a run.</summary>
internal sealed class Report
{
    /// <summary>The label of a run on LocalHost.</summary>
    public const string LocalHost = "LocalHost";

    private readonly List<Figure> _figures = [];

    public DateTimeOffset Date { get; } = TimeProvider.System.GetUtcNow();

    public string Version { get; } = VersionOf(typeof(Report).Assembly);

    public string Machine { get; } =
        $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>What FuncComet runs on.</summary>
    public Platform Platform { get; init; } = Platform.LocalHost;

    /// <summary>The platform in words: what the host says of itself, or what the user says of a deployment.</summary>
    public string Label { get; init; } = LocalHost;

    /// <summary>True for a quick run, whose figures mean nothing.</summary>
    public bool Quick { get; init; }

    public IReadOnlyList<Figure> Figures => _figures;

    public void Add(string scenario, string row, string column, double value) => _figures.Add(new Figure(scenario, row, column, value));

    /// <summary>Finds a figure; null if this run did not measure it.</summary>
    public double? Find(string scenario, string row, string column) =>
        _figures.Find(figure => figure.Scenario == scenario && figure.Row == row && figure.Column == column)?.Value;

    // The informational version includes the commit, which the SDK appends.
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

/// <summary>One cell of a scenario's table. The column's name says the unit.</summary>
internal sealed record Figure(string Scenario, string Row, string Column, double Value);
