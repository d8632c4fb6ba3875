namespace FuncComet.LocalHost;

/// <summary>A lock that one process of this clone can hold at once. The operating system releases it if its holder dies.</summary>
internal static class CrossProcessLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for the lock, and prints one line if that takes time. Dispose the result to release the lock.</summary>
    public static async Task<IDisposable> TakeAsync(string name, TextWriter output, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(RepositoryRoot.Kept());
        var file = RepositoryRoot.Kept($"{name}.lock");
        var told = false;
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (!told)
                {
                    await output.WriteLineAsync($"Waiting for another process of this clone ({name}) …");
                    told = true;
                }

                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }
}
