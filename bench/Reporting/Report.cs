using System.Runtime.InteropServices;

namespace FuncComet.Bench.Reporting;

/// <summary>What a run has measured.</summary>
internal sealed class Report
{
    private readonly List<Figure> _figures = [];

    public DateTimeOffset Date { get; } = TimeProvider.System.GetUtcNow();

    public string Version { get; } = FileVersionOf(typeof(Report));

    public string Machine { get; } = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>True where the figures are of a quick run and mean nothing.</summary>
    public bool Quick { get; init; }

    public IReadOnlyList<Figure> Figures => _figures;

    public void Add(string scenario, string row, string column, double value) => _figures.Add(new Figure(scenario, row, column, value));

    /// <summary>Null where this run did not measure it.</summary>
    public double? Find(string scenario, string row, string column) =>
        _figures.Find(figure => figure.Scenario == scenario && figure.Row == row && figure.Column == column)?.Value;

    // With the commit that the SDK adds.
    private static string FileVersionOf(Type type) =>
        type.Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), inherit: false) is [System.Reflection.AssemblyInformationalVersionAttribute version, ..]
            ? version.InformationalVersion
            : "unknown";
}

/// <summary>One cell of one scenario's table; the column's name has the unit.</summary>
internal sealed record Figure(string Scenario, string Row, string Column, double Value);
