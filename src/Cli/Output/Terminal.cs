using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FuncComet.Cli.Output;

/// <summary>
/// What a command prints: its results on standard output, as text or as JSON, and all else on standard error. Where those are no terminal,
/// the text is plain.
/// </summary>
internal sealed class Terminal(bool isJson)
{
    // A table that is piped has no width to fit in.
    private const int WidthOfAPipe = 100_000;

    private readonly IAnsiConsole _output = Create(Console.Out, isTerminal: !Console.IsOutputRedirected);
    private readonly IAnsiConsole _errors = Create(Console.Error, isTerminal: !Console.IsErrorRedirected);

    /// <summary>Whether results are printed as JSON.</summary>
    public bool IsJson => isJson;

    /// <summary>Whether a person can see results change.</summary>
    public bool IsLive => !isJson && !Console.IsOutputRedirected && _output.Profile.Capabilities.Interactive;

    public static void WriteError(string text) => Console.Error.WriteLine(SafeText.OfLines(text));

    /// <summary>Prints a JSON document on a line of its own.</summary>
    public static void WriteJson<T>(T value, JsonTypeInfo<T> type) =>
        StandardOutput.Write(output => output.WriteLine(JsonSerializer.Serialize(value, type)));

    /// <summary>Prints a line of text.</summary>
    public static void WriteLine(string text) => StandardOutput.Write(output => output.WriteLine(SafeText.OfLines(text)));

    /// <summary>Prints either the JSON or the text.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type, string text)
    {
        if (isJson)
        {
            WriteJson(value, type);
        }
        else
        {
            WriteLine(text);
        }
    }

    /// <summary>Makes a table of plain columns. Its cells are no markup, and harmless.</summary>
    public static Table TableOf(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).PadLeft(0).PadRight(2));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(SafeText.OfLine(cell))));
        }

        return table;
    }

    /// <summary>Prints what <see cref="TableOf"/> has made.</summary>
    public void Write(IRenderable picture) => StandardOutput.Write(_ => _output.Write(picture));

    /// <summary>Shows a picture that <paramref name="change"/> replaces, for a person who watches.</summary>
    public Task LiveAsync(Func<Action<IRenderable>, Task> change) =>
        _output.Live(new Text("")).StartAsync(live => change(live.UpdateTarget));

    /// <summary>Runs something that takes a while, and shows a person its progress.</summary>
    public Task<T> WithProgressAsync<T>(string what, Func<Action<string>, Task<T>> run) =>
        !Console.IsErrorRedirected && _errors.Profile.Capabilities.Interactive
            ? _errors.Status().StartAsync(
                Markup.Escape(SafeText.OfLine(what)),
                status => run(progress => status.Status(Markup.Escape(SafeText.OfLine(progress)))))
            : run(_ => { });

    /// <summary>Asks before something is destroyed.</summary>
    /// <exception cref="UsageException">Nobody can be asked, and <c>--yes</c> was not given.</exception>
    public static async Task<bool> ConfirmAsync(string question, bool isConfirmed, CancellationToken cancellationToken)
    {
        if (isConfirmed)
        {
            return true;
        }

        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            throw new UsageException($"{question} There is no terminal to ask on: say --yes if you mean it.");
        }

        await Console.Error.WriteAsync($"{SafeText.OfLine(question)} [y/N] ");

        // Reading a line cannot be cancelled. The process ends without waiting for it.
        var answer = await Task.Run(Console.ReadLine, cancellationToken).WaitAsync(cancellationToken);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    // Spectre.Console writes colours into a pipe if it finds itself on the machines of some CI services.
    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfAPipe;
        }

        return console;
    }
}
