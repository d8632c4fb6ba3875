using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FuncComet.LocalHost.Storage;

/// <summary>
/// Azurite's queue service in its own process, reachable only from this machine. Its data is in a folder, so messages survive a restart.
/// </summary>
internal sealed partial class AzuriteServer : IAsyncDisposable
{
    // Azurite's well-known account; the key is no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // One gigabyte, far more than any test suite uses.
    private const long RoomEnough = 1L << 30;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private AzuriteServer(Process process, int queuePort) => (_process, QueuePort) = (process, queuePort);

    public int QueuePort { get; }

    /// <summary>The supervisor's process; Azurite is its child.</summary>
    public int ProcessId => _process.Id;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};QueueEndpoint=http://127.0.0.1:{QueuePort}/{Account};";

    /// <summary>Whether Azurite can serve as the storage at this address.</summary>
    public static bool CanServe(Uri queueService, string account) => queueService.IsLoopback && account == Account;

    /// <summary>
    /// Creates a folder for temporary data: in a memory file system if there is one with enough space, so that nothing
    /// waits for a disk. The caller must remove it.
    /// </summary>
    public static string NewPassingData()
    {
        const string Memory = "/dev/shm";
        return Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= RoomEnough
            ? Directory.CreateDirectory(Path.Combine(Memory, $"funccomet-azurite-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("funccomet-azurite-").FullName;
    }

    /// <summary>Installs Azurite if necessary, starts it, and returns when its queue service listens.</summary>
    /// <param name="queuePort">The port; 0 for a free one.</param>
    /// <param name="data">The folder for its data.</param>
    /// <param name="output">Gets a line for each step that takes long.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<AzuriteServer> StartAsync(int queuePort, string data, TextWriter output, CancellationToken cancellationToken)
    {
        await NodeTools.Azurite.EnsureInstalledAsync(output, cancellationToken);
        var process = NodeTools.Start(new ProcessStartInfo(
            "node",
            [
                Path.Combine(RepositoryRoot.Folder, "src", "LocalHost", "Storage", "supervisor.mjs"),
                "--silent", "--location", data,
                "--queueHost", "127.0.0.1", "--queuePort", queuePort.ToString(CultureInfo.InvariantCulture),

                // The SDK may be newer than Azurite. Without a network, telemetry delays a stop by minutes.
                "--skipApiVersionCheck", "--disableTelemetry",
            ])
        {
            WorkingDirectory = RepositoryRoot.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var azurite = new ProcessOutput(process, linesKept: 10);
        try
        {
            var listening = await azurite.WaitForLineAsync(Listening().IsMatch, LongestStart, cancellationToken)
                ?? throw new StartException($"Azurite ended. {LastLines()}");
            return new AzuriteServer(process, int.Parse(Listening().Match(listening).Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
        catch (TimeoutException)
        {
            await StopAsync(process);
            throw new StartException($"Azurite did not listen within {LongestStart.TotalSeconds:F0} seconds. {LastLines()}");
        }
        catch
        {
            await StopAsync(process);
            throw;
        }

        string LastLines() => string.Join(" | ", azurite.Lines);
    }

    /// <summary>Stops it with SIGTERM, on which it saves its index.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(_process);

    private static async Task StopAsync(Process process)
    {
        using (process)
        {
            await process.StopAsync(process.StandardInput.Close, LongestStop);
        }
    }

    [GeneratedRegex(@"Queue service successfully listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
