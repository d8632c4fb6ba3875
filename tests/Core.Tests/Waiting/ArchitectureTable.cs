namespace FuncComet.Core.Tests.Waiting;

/// <summary>A table of the waiting room in docs/architecture.md: a row for each event, a column for each state.</summary>
/// <param name="corner">The first cell of its head.</param>
internal sealed class ArchitectureTable(string corner)
{
    private readonly string[][] _lines =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "architecture.md"))
               .SkipWhile(line => !line.StartsWith($"| {corner} |", StringComparison.Ordinal))
               .TakeWhile(line => line.StartsWith('|'))
           select line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries),
    ];

    public string[] Head => _lines[0];

    public IEnumerable<string> Rows => _lines.Skip(2).Select(cells => cells[0]);

    public string Cell(int row, int column) => _lines[row + 2][column + 1];
}
