using System.Text.Json;

namespace FuncComet.Bench.Reporting;

/// <summary>The figures of the last run, read from its results.json.</summary>
/// <param name="Figures">The figures.</param>
internal sealed record EarlierFigures(IReadOnlyList<Figure> Figures)
{
    /// <summary>The file that each run leaves in its folder.</summary>
    public const string FileName = "results.json";

    /// <summary>Finds a figure; null if that run did not measure it.</summary>
    public double? Find(string scenario, string row, string column) =>
        Figures.FirstOrDefault(figure => figure.Scenario == scenario && figure.Row == row && figure.Column == column)?.Value;

    /// <summary>Reads the figures of the last run that wrote into this folder; null if there is none.</summary>
    public static async Task<EarlierFigures?> ReadAsync(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize<EarlierFigures>(await File.ReadAllTextAsync(file)) : null;
    }
}
