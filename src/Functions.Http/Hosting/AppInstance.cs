using System.Diagnostics;

namespace FuncComet.Functions.Hosting;

/// <summary>This process of the app.</summary>
internal static class AppInstance
{
    /// <summary>Its name, which its telemetry has as <c>service.instance.id</c>.</summary>
    public static string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>When it started.</summary>
    public static DateTimeOffset Started { get; } = StartOfProcess();

    private static DateTimeOffset StartOfProcess()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }
}
