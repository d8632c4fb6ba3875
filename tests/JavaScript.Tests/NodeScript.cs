using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>A script of this folder that runs in Node and prints lines of JSON. It ends when its standard input does.</summary>
internal sealed class NodeScript : IDisposable
{
    private readonly ConcurrentQueue<JsonElement> _printed = new();
    private readonly Process _node;

    public NodeScript(string file, params string[] arguments)
    {
        _node = Process.Start(new ProcessStartInfo("node", [$"tests/JavaScript.Tests/{file}", .. arguments])
        {
            WorkingDirectory = RepositoryRoot.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _node.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _printed.Enqueue(JsonElement.Parse(line.Data));
            }
        };
        _node.BeginOutputReadLine();
    }

    /// <summary>The lines so far that have this property.</summary>
    public IReadOnlyList<JsonElement> With(string name) => [.. _printed.Where(line => line.TryGetProperty(name, out _))];

    /// <summary>The values of this property so far.</summary>
    public IReadOnlyList<JsonElement> All(string name) => [.. With(name).Select(line => line.GetProperty(name))];

    public IReadOnlyList<int> Numbers(string name) => [.. All(name).Select(number => number.GetInt32())];

    /// <summary>Ends the script, and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync(TestContext.Current.CancellationToken).Bounded();
        return _node.ExitCode;
    }

    public void Dispose()
    {
        if (!_node.HasExited)
        {
            _node.Kill();
        }

        _node.Dispose();
    }
}
