namespace FuncComet.Browser.Tests;

/// <summary>How a command failed: why in a line, and what it said last.</summary>
internal sealed record CommandFailure(string Command, string Why, IReadOnlyCollection<string> LastLines)
{
    public override string ToString() => string.Join(Environment.NewLine, [$"  {Command}: {Why}", .. LastLines.Select(line => $"    {line}")]);
}
