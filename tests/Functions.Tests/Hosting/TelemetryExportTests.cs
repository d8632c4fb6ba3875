using Azure.Identity;
using FuncComet.Functions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace FuncComet.Functions.Tests.Hosting;

public sealed class TelemetryExportTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Authorization=None", false)]
    [InlineData("Authorization=AAD", true)]
    [InlineData("ClientId=00000000-0000-0000-0000-000000000001;Authorization=AAD", true)]
    public void CredentialOf_WhenAadIsConfigured_IsAManagedIdentity(string? authentication, bool expected) =>
        Assert.Equal(expected, TelemetryExport.CredentialOf(authentication) is ManagedIdentityCredential);

    [Fact]
    public void AddTelemetryExport_NamesTheVersionAndTheInstance()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1";
        builder.AddTelemetryExport();
        using var host = builder.Build();

        var resource = host.Services.GetRequiredService<TracerProvider>().GetResource();

        var attributes = resource.Attributes.ToDictionary();
        Assert.Equal(AppVersion.Full, attributes["service.version"]);
        Assert.Equal(AppInstance.Id, attributes["service.instance.id"]);
    }
}
