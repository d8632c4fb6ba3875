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
/// Sends the app's own metrics and activities to where the platform's settings say: Application Insights, an OTLP endpoint, or both. Logs go by
/// the host, as they do in every function app.
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
            .ConfigureResource(resource => resource.AddService(builder.Configuration[ServiceNameSetting] ?? builder.Configuration["WEBSITE_SITE_NAME"] ?? "funccomet"))
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

    /// <summary>The identity of the platform's own form: <c>Authorization=AAD</c>, and <c>ClientId</c> where it is a user-assigned one; null without it.</summary>
    internal static TokenCredential? CredentialOf(string? authentication)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = authentication ?? "" };
        return !parts.TryGetValue("Authorization", out var kind) || !"AAD".Equals(kind as string, StringComparison.OrdinalIgnoreCase) ? null
            : parts.TryGetValue("ClientId", out var clientId) ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId((string)clientId))
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
    }
}
