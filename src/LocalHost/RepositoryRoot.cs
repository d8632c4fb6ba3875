namespace FuncComet.LocalHost;

/// <summary>The clone in which this program was built. It has host.json, the settings and the files kept on this machine.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "FuncComet.sln";

    public static string Folder { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A path in the git-ignored folder for Azurite's data and the locks.</summary>
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

        throw new StartException($"LocalHost must run from a clone of the repository: no {Marker} was found above its own folder.");
    }
}
