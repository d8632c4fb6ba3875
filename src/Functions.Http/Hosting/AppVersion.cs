using System.Reflection;

namespace FuncComet.Functions.Hosting;

/// <summary>The version of this app. The SDK writes it into the assembly, with the commit if it builds in a Git repository.</summary>
internal static class AppVersion
{
    /// <summary>The version, with a plus and the commit if that is known.</summary>
    public static string Full { get; } =
        typeof(AppVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The version without the commit.</summary>
    public static string Number { get; } = Full.Split('+')[0];

    /// <summary>The commit; null if it is not known.</summary>
    public static string? Commit { get; } = Full.Split('+').ElementAtOrDefault(1);
}
