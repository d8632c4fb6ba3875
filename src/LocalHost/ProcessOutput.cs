using System.Diagnostics;

namespace FuncComet.LocalHost;

/// <summary>The lines that a child process writes to its standard output and its standard error.</summary>
internal sealed class ProcessOutput
{
    private readonly Process _process;
    private readonly int? _linesKept;
    private readonly Queue<string> _lines = new();

    /// <summary>Starts reading the output of a process, which must redirect both streams.</summary>
    /// <param name="process">The process, just started.</param>
    /// <param name="linesKept">How many of the last lines to keep; null for all lines.</param>
    public ProcessOutput(Process process, int? linesKept = null)
    {
        _process = process;
        _linesKept = linesKept;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Raised for each new line, one line at a time.</summary>
    public event Action<string>? LineWritten;

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>
    /// Returns the first line that matches, whether it has already come or is still to come; null if the process ends
    /// without one. Throws a <see cref="TimeoutException"/> at the limit.
    /// </summary>
    public async Task<string?> WaitForLineAsync(Func<string, bool> matches, TimeSpan limit, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            foreach (var line in _lines)
            {
                Check(line);
            }

            LineWritten += Check;
        }

        try
        {
            // WaitForExitAsync also waits for the end of both streams, so every line has been checked when it returns.
            var ended = _process.WaitForExitAsync(CancellationToken.None);
            await Task.WhenAny(found.Task, ended).WaitAsync(limit, TimeProvider.System, cancellationToken);
            return found.Task.IsCompleted ? await found.Task : null;
        }
        finally
        {
            LineWritten -= Check;
        }

        void Check(string line)
        {
            if (matches(line))
            {
                found.TrySetResult(line);
            }
        }
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            _ = _lines.Count > _linesKept && _lines.TryDequeue(out _);
            LineWritten?.Invoke(line);
        }
    }
}
