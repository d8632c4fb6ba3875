namespace FuncComet.Cli.Output;

/// <summary>Bodies in a table.</summary>
internal static class BodyText
{
    private const int Longest = 200;

    /// <summary>The beginning of a body, in one line. <c>--json</c> prints all of it.</summary>
    public static string OneLine(ReadOnlyMemory<byte>? body, string? contentType)
    {
        if (body is not { } bytes)
        {
            return "-";
        }

        var text = SafeText.OfBody(bytes.Span, contentType);
        return text.Length <= Longest ? text : $"{text.AsSpan(0, Longest)}…";
    }
}
