using System.Diagnostics.Metrics;
using FuncComet.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Testing;

/// <summary>Creates separate metrics for each test, so that no test sees what another records.</summary>
public static class Telemetry
{
    public static IMeterFactory Meters() => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public static FuncCometMetrics Metrics() => new(Meters());
}
