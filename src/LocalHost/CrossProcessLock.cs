namespace FuncComet.LocalHost;

/// <summary>Lets one process of this clone at a time do something; the operating system lets go of it where its holder dies.</summary>
internal static class CrossProcessLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for its turn, saying so once; dispose to let go.</summary>
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
