using System.Diagnostics.Metrics;
using FuncComet.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Testing;

/// <summary>Metrics of a test's own: what is recorded in one is not seen in another.</summary>
public static class Telemetry
{
    public static IMeterFactory Meters() => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public static FuncCometMetrics Metrics() => new(Meters());
}
