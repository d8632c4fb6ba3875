using Azure.Identity;
using FuncComet.Functions.Hosting;

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
}
