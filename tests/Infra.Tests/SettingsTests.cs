using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using FuncComet.LocalHost;

namespace FuncComet.Infra.Tests;

/// <summary>Compares the settings of the template with those that the app reads.</summary>
public sealed class SettingsTests(CompiledTemplate template)
{
    private const string Authority = "FuncComet__Token__Authorities__0__";

    // Read by the exporters and not by the app. docs/configuration.md describes them with the telemetry.
    private static readonly string[] OfOpenTelemetry = ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"];

    // The keys are in the vault.
    private static readonly string[] NotWithAVault = ["FuncComet__Token__SigningKey", "FuncComet__Token__PreviousKey"];

    private JsonElement Settable => template.Root.GetProperty("definitions").GetProperty("settingsType").GetProperty("properties");

    // The large one has an identity provider.
    private static IEnumerable<string> Set =>
        Snapshot.Read("default").Settings().Keys
            .Concat(Snapshot.Read("large").Settings().Keys.Where(each => each.StartsWith(Authority, StringComparison.Ordinal)))
            .Where(each => each.StartsWith("FuncComet__", StringComparison.Ordinal));

    [Fact]
    public void Template_SetsOrAccepts_ExactlyTheSettingsThatTheAppReads()
    {
        Assert.Equal(
            AppSettings.Properties.Keys.Except(NotWithAVault).Order(StringComparer.Ordinal),
            Set.Concat(Settable.EnumerateObject().Select(each => each.Name).Where(name => !OfOpenTelemetry.Contains(name)))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SettingsType_AsCompiled_AcceptsNoOtherSettingAndDescribesAll()
    {
        Assert.False(template.Root.GetProperty("definitions").GetProperty("settingsType").GetProperty("additionalProperties").GetBoolean());
        Assert.All(
            Settable.EnumerateObject(),
            each => Assert.Contains("Default: ", Description(each), StringComparison.Ordinal));
    }

    [Fact]
    public void SettingsType_WhenAnOptionHasARange_HasTheSameRange()
    {
        var ofTheOptions = from option in AppSettings.Properties
                           let range = option.Value.GetCustomAttribute<RangeAttribute>()
                           where range is not null && range.OperandType == typeof(int) && !Set.Contains(option.Key)
                           select $"{option.Key} {range.Minimum} {range.Maximum}";
        var ofTheTemplate = from setting in Settable.EnumerateObject()
                            where setting.Value.TryGetProperty("minValue", out _)
                            select $"{setting.Name} {setting.Value.GetProperty("minValue")} {setting.Value.GetProperty("maxValue")}";

        Assert.Equal(ofTheOptions.Order(StringComparer.Ordinal), ofTheTemplate.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Storage_AsConfigured_HasTheSettingsThatAppAndHostRead()
    {
        var names = Snapshot.Read("default").Settings().Keys
            .Where(each => each.StartsWith("AzureWebJobsStorage", StringComparison.Ordinal));

        Assert.Equal(
            [
                "AzureWebJobsStorage__blobServiceUri",
                "AzureWebJobsStorage__clientId",
                "AzureWebJobsStorage__credential",
                "AzureWebJobsStorage__queueServiceUri",
            ],
            names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("default", 1000, "950")]
    [InlineData("private-network", 400, "380")]
    [InlineData("large", 1000, "950")]
    public void MaxHeldPolls_InEveryConfiguration_Is95PercentOfThePlatformsConcurrency(
        string configuration,
        int concurrency,
        string maxHeldPolls)
    {
        var snapshot = Snapshot.Read(configuration);
        var scale = snapshot.Properties("Microsoft.Web/sites").GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");

        var http = scale.GetProperty("triggers").GetProperty("http");
        Assert.Equal(concurrency, http.GetProperty("perInstanceConcurrency").GetInt32());
        Assert.Equal(maxHeldPolls, snapshot.Settings()["FuncComet__Limits__MaxHeldPolls"]);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("private-network")]
    [InlineData("large")]
    public void MaxTimeout_InEveryConfiguration_IsBelowTheLimitsOfFrontEndAndHost(string configuration)
    {
        var settings = Snapshot.Read(configuration).Settings();
        var longest = TimeSpan.Parse(settings["FuncComet__Poll__MaxTimeout"], CultureInfo.InvariantCulture);
        var hostJson = JsonElement.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "host.json")));
        var functionTimeout = TimeSpan.Parse(hostJson.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);

        Assert.InRange(longest, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(220));
        Assert.InRange(longest, TimeSpan.Zero, functionTimeout - TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("AzureFunctionsJobHost__functionTimeout", settings.Keys);
    }

    [Theory]
    [InlineData("default", "RollingUpdate")]
    [InlineData("private-network", "RollingUpdate")]
    [InlineData("large", "RollingUpdate")]
    [InlineData("restricted", "Recreate")]
    public void Update_InEveryConfiguration_HasTheStrategyOfTheParameter(string configuration, string strategy)
    {
        var app = Snapshot.Read(configuration).Properties("Microsoft.Web/sites").GetProperty("functionAppConfig");

        Assert.Equal(strategy, app.GetProperty("siteUpdateStrategy").GetProperty("type").GetString());
    }

    [Fact]
    public void Settings_WhenChosenInTheParameters_ReachTheApp()
    {
        var settings = Snapshot.Read("large").Settings();

        Assert.Equal("True", settings["FuncComet__Doorbell__Enabled"]);
        Assert.Equal("20", settings["FuncComet__Limits__MaxHeldPollsPerRecipient"]);
        Assert.Equal("Direct", settings["FuncComet__Push__Handover"]);
        Assert.Equal("true", settings["FuncComet__Token__Required"]);
    }

    [Fact]
    public void Parameters_AsCompiled_AreDescribedWithTheirDefaults()
    {
        Assert.All(
            template.Root.GetProperty("parameters").EnumerateObject(),
            each => Assert.Contains("Default", Description(each), StringComparison.Ordinal));
    }

    private static string? Description(JsonProperty each) =>
        each.Value.GetProperty("metadata").GetProperty("description").GetString();
}
