using System.Diagnostics;
using System.Reflection;
using System.Text;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

/// <summary>The built tool in a process of its own.</summary>
internal sealed class Tool : IAsyncDisposable
{
    private readonly Process _process;

    private Tool(Process process) => _process = process;

    /// <summary>The configuration that tests and tool were built with.</summary>
    public static string Configuration { get; } =
        typeof(Tool).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string Program { get; } = Path.Combine(
        RepositoryRoot.Folder,
        "src/Cli/bin",
        Configuration,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        "funccomet.dll");

    public int ExitCode => _process.ExitCode;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Errors => _process.StandardError;

    public static Tool Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment) =>
        Start(new ProcessStartInfo("dotnet", ["exec", Program, .. arguments]), environment);

    /// <summary>
    /// Starts the tool on a terminal, which <c>script</c> makes. What the terminal shows is its output; what is written to it is typed.
    /// </summary>
    public static Tool StartOnTerminal(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var command = string.Join(' ', ((string[])["dotnet", "exec", Program, .. arguments]).Select(Quoted));
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
        start.Environment["TERM"] = "xterm-256color";
        return Start(start, environment);
    }

    /// <summary>Waits for the end, with this standard input.</summary>
    public async Task<ProgramResult> ToEndAsync(ReadOnlyMemory<byte> input = default)
    {
        await using (this)
        {
            var output = _process.StandardOutput.ReadToEndAsync();
            var errors = _process.StandardError.ReadToEndAsync();
            await _process.StandardInput.BaseStream.WriteAsync(input).AsTask().Bounded();
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().Bounded();
            return new ProgramResult(_process.ExitCode, await output.Bounded(), await errors.Bounded());
        }
    }

    /// <summary>Waits for the end of a tool whose input stays open, as a terminal's does.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync().Bounded();
        await _process.WaitForExitAsync().Bounded();
        return output;
    }

    /// <summary>Reads until the output has this text, and returns all until there.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new StringBuilder();
        var buffer = new char[1];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            Assert.True(await _process.StandardOutput.ReadAsync(buffer.AsMemory()).AsTask().Bounded() == 1, $"It ended with: {read}");
            read.Append(buffer[0]);
        }

        return read.ToString();
    }

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text).Bounded();
        await _process.StandardInput.FlushAsync().Bounded();
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().Bounded() ?? throw new InvalidOperationException("The tool has ended.");

    /// <summary>Sends SIGINT, as Ctrl-C does, or another signal, and waits for the end.</summary>
    public async Task<string> StopAsync(string signal = "INT")
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync().Bounded();
        var rest = await _process.StandardOutput.ReadToEndAsync().Bounded();
        await _process.WaitForExitAsync().Bounded();
        return rest;
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync().Bounded();

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Tool Start(ProcessStartInfo start, IReadOnlyDictionary<string, string?> environment)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new Tool(Process.Start(start)!);
    }

    private static string Quoted(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
