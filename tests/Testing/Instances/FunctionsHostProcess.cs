using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>
/// A Functions host with an app, in a process group of its own. It is started by the command in <c>FUNCCOMET_HOST</c>; CONTRIBUTING.md has
/// the rules for that command. Needs Linux.
/// </summary>
public sealed class FunctionsHostProcess : IAppInstance
{
    private const string Variable = "FUNCCOMET_HOST";

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(10);

    private readonly PublishedApp _app;
    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly string _secrets;
    private bool _isDisposed;

    private FunctionsHostProcess(PublishedApp app, Process process, string secrets, Uri url)
    {
        (_app, _process, _secrets, Url) = (app, process, secrets, url);
        _output = new ProcessOutput(process, linesKept: 50);
    }

    /// <summary>The command that starts a host; null if there is none.</summary>
    public static string? Command => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } command ? command : null;

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <summary>Starts a host and returns when the app serves.</summary>
    public static async Task<FunctionsHostProcess> StartAsync(
        PublishedApp app,
        string storage,
        string functionKey,
        IReadOnlyDictionary<string, string> settings,
        int port,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var host = await LaunchAsync(app, storage, functionKey, settings, port, cancellationToken);
        try
        {
            await host.UntilAsync(() => new HttpRequestMessage(HttpMethod.Get, app.Probe), cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a host and returns at once.</summary>
    public static async Task<FunctionsHostProcess> LaunchAsync(
        PublishedApp app,
        string storage,
        string functionKey,
        IReadOnlyDictionary<string, string> settings,
        int port,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var command = Command ?? throw new StartException($"{Variable} is not set.");
        var folder = await app.PublishAsync();
        var secrets = Directory.CreateTempSubdirectory("funccomet-host-secrets-").FullName;
        await File.WriteAllTextAsync(Path.Combine(secrets, "host.json"), HostKeys(functionKey), cancellationToken);
        port = port == 0 ? Ports.Free() : port;
        var start = new ProcessStartInfo("setsid", ["sh", "-c", command])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        IEnumerable<KeyValuePair<string, string>> environment =
        [
            new("AzureWebJobsScriptRoot", folder),
            new("AzureWebJobsStorage", storage),
            new("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"),
            new("FUNCCOMET_PORT", $"{port}"),
            new("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"),

            // Keys in files, so that a storage with queues alone is enough.
            new("AzureWebJobsSecretStorageType", "files"),
            new("FUNCTIONS_SECRETS_PATH", secrets),
            .. settings,
        ];
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new FunctionsHostProcess(app, Process.Start(start)!, secrets, new Uri($"http://127.0.0.1:{port}/api/"));
    }

    /// <summary>Repeats a request until it succeeds.</summary>
    public async Task UntilAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var http = new HttpClient { BaseAddress = Url };
        var began = TimeProvider.System.GetTimestamp();
        while (!await SucceedsAsync(http, request(), cancellationToken))
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(began) > LongestStart)
            {
                var lines = string.Join(Environment.NewLine, _output.Lines);
                throw new StartException($"The Functions host did not serve {_app.Project}:{Environment.NewLine}{lines}");
            }

            await Task.Delay(BetweenProbes, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>The processes: the workers, which run the app, and the rest, which is the host.</summary>
    public async Task<(IReadOnlyList<int> Host, IReadOnlyList<int> Workers)> ReadProcessesAsync()
    {
        var group = await ProgramResult.OfAsync("pgrep", "--list-full", "--pgroup", $"{_process.Id}");
        var all = group.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToLookup(
            line => line.Contains(_app.Assembly, StringComparison.Ordinal),
            line => int.Parse(line.AsSpan(0, line.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture));
        return ([.. all[false]], [.. all[true]]);
    }

    /// <inheritdoc/>
    public async Task KillAsync() => await DisposeAsync();

    /// <summary>Kills the whole group. A host has nothing to finish, and one that stops by itself may leave its worker behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        using (_process)
        {
            await ProgramResult.OfAsync("kill", "-KILL", "--", $"-{_process.Id}");
            await _process.WaitForExitAsync().WaitAsync(LongestEnd, TimeProvider.System);
        }

        Directory.Delete(_secrets, recursive: true);
    }

    private static async Task<bool> SucceedsAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using var answer = await http.SendAsync(request, cancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception ex) when (ex is HttpRequestException or SocketException)
            {
                // It does not listen yet. HttpClient throws a bare SocketException if a new connection breaks at once.
                return false;
            }
        }
    }

    private static string HostKeys(string functionKey) => JsonSerializer.Serialize(new
    {
        masterKey = new { name = "master", value = functionKey, encrypted = false },
        functionKeys = new[] { new { name = "default", value = functionKey, encrypted = false } },
    });
}
