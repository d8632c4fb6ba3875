namespace FuncComet.Testing;

/// <summary>A failed command: the reason in one line, and its last lines of output.</summary>
public sealed record CommandFailure(string Command, string Why, IReadOnlyCollection<string> LastLines)
{
    public override string ToString() =>
        string.Join(Environment.NewLine, [$"  {Command}: {Why}", .. LastLines.Select(line => $"    {line}")]);
}
