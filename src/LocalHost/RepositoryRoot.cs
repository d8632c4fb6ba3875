namespace FuncComet.LocalHost;

/// <summary>The clone that this program was built in: host.json, the settings and what is kept on this machine are there.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "FuncComet.sln";

    public static string Folder { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Git-ignored; Azurite's data and the locks.</summary>
    public static string Kept(params string[] parts) => Path.Combine([Folder, ".funccomet", .. parts]);

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        throw new StartException($"LocalHost runs from a clone of the repository: no {Marker} above its own folder.");
    }
}
