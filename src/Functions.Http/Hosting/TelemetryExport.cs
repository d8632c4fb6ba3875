using System.Data.Common;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using FuncComet.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FuncComet.Functions.Hosting;

/// <summary>
/// Exports the app's own metrics and activities as the platform's settings say: to Application Insights, an OTLP endpoint, or both. The
/// Functions host exports the logs.
/// </summary>
internal static class TelemetryExport
{
    private const string AzureMonitorSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string AzureMonitorAuthenticationSetting = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    private const string OtlpSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceNameSetting = "OTEL_SERVICE_NAME";

    public static void AddTelemetryExport(this IHostApplicationBuilder builder)
    {
        var toAzureMonitor = builder.Configuration[AzureMonitorSetting] is { Length: > 0 };
        var toOtlp = builder.Configuration[OtlpSetting] is { Length: > 0 };
        if (!toAzureMonitor && !toOtlp)
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                builder.Configuration[ServiceNameSetting] ?? builder.Configuration["WEBSITE_SITE_NAME"] ?? "funccomet",
                serviceVersion: AppVersion.Full,
                serviceInstanceId: AppInstance.Id))
            .WithTracing(tracing => tracing.AddSource(Tracing.SourceName))
            .WithMetrics(metrics => metrics.AddMeter(FuncCometMetrics.MeterName));
        if (toOtlp)
        {
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter()).WithMetrics(metrics => metrics.AddOtlpExporter());
        }

        if (toAzureMonitor)
        {
            var authentication = builder.Configuration[AzureMonitorAuthenticationSetting];
            telemetry
                .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Configure))
                .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure));

            void Configure(AzureMonitorExporterOptions options)
            {
                options.ConnectionString = builder.Configuration[AzureMonitorSetting];
                options.Credential = CredentialOf(authentication);
            }
        }
    }

    /// <summary>
    /// Reads the platform's authentication string: <c>Authorization=AAD</c>, with <c>ClientId=…</c> for a user-assigned identity. Null if
    /// it asks for no identity.
    /// </summary>
    internal static TokenCredential? CredentialOf(string? authentication)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = authentication ?? "" };
        return !parts.TryGetValue("Authorization", out var kind) || !"AAD".Equals(kind as string, StringComparison.OrdinalIgnoreCase)
            ? null
            : new ManagedIdentityCredential(parts.TryGetValue("ClientId", out var clientId)
                ? ManagedIdentityId.FromUserAssignedClientId((string)clientId)
                : ManagedIdentityId.SystemAssigned);
    }
}
