namespace FuncComet.Core.Tests.Waiting;

/// <summary>The waiting room's table in docs/architecture.md: a row for each event, a column for each state.</summary>
internal static class ArchitectureTable
{
    private static readonly string[][] Lines =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "architecture.md"))
               .SkipWhile(line => !line.StartsWith("| event |", StringComparison.Ordinal))
               .TakeWhile(line => line.StartsWith('|'))
           select line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries),
    ];

    public static string[] Head => Lines[0];

    public static IEnumerable<string> Rows => Lines.Skip(2).Select(cells => cells[0]);

    public static string Cell(int row, int column) => Lines[row + 2][column + 1];
}
