namespace FuncComet.Testing;

/// <summary>
/// Starts an instance of the app for tests of what every instance must do: on the Functions host that <c>FUNCCOMET_HOST</c> names, else on
/// LocalHost. Tests of LocalHost's own ways (its command line, its output, its speed) start a <see cref="LocalHostProcess"/>.
/// </summary>
public static class AppInstance
{
    /// <summary>Whether instances are started on a Functions host.</summary>
    public static bool IsOnFunctionsHost => FunctionsHostProcess.Command is not null;

    /// <summary>Starts an instance and returns when it serves.</summary>
    /// <param name="storage">The connection string of its storage.</param>
    /// <param name="functionKey">The key that the functions of senders and operators require.</param>
    /// <param name="settings">Application settings.</param>
    /// <param name="port">The port of 127.0.0.1; 0 for a free one.</param>
    public static async Task<IAppInstance> StartAsync(
        string storage,
        string functionKey,
        IReadOnlyDictionary<string, string> settings,
        int port = 0) =>
        IsOnFunctionsHost
            ? await FunctionsHostProcess.StartAsync(PublishedApp.Product, storage, functionKey, settings, port, CancellationToken.None)
            : await LocalHostProcess.StartAsync(["--port", $"{port}", "--storage", storage, "--enable-auth", functionKey], settings);
}
