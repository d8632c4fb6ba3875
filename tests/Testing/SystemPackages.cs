namespace FuncComet.Testing;

/// <summary>Installs what tests need from the packages of Debian and of the systems that descend from it.</summary>
public static class SystemPackages
{
    private static readonly TimeSpan LongestInstall = TimeSpan.FromMinutes(5);

    // Another program, for example another clone's tests, may be installing something.
    private static readonly string[] WaitForOthers = ["-o", $"DPkg::Lock::Timeout={LongestInstall.TotalSeconds:F0}"];

    /// <summary>Whether the tests may install packages: they run as root on a system that has apt-get.</summary>
    public static bool CanInstall =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Command.OnPath("apt-get").Any();

    /// <summary>The commands that install packages.</summary>
    public static IEnumerable<Command> Install(params string[] packages) =>
    [
        new Command("apt-get", [.. WaitForOthers, "update"]) { Limit = LongestInstall },
        new Command("apt-get", [.. WaitForOthers, "install", "-y", "--no-install-recommends", .. packages]) { Limit = LongestInstall },
    ];
}
