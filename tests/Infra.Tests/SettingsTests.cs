using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using FuncComet.LocalHost;

namespace FuncComet.Infra.Tests;

/// <summary>What the template sets and what the app reads.</summary>
public sealed class SettingsTests(CompiledTemplate template)
{
    private JsonElement Settable => template.Root.GetProperty("definitions").GetProperty("settingsType").GetProperty("properties");

    private static IEnumerable<string> Set => Snapshot.Read("default").Settings().Keys.Where(each => each.StartsWith("FuncComet__", StringComparison.Ordinal));

    [Fact]
    public void EverySettingThatTheAppReads_IsSetOrCanBe_AndNoOther()
    {
        Assert.Equal(AppSettings.Properties.Keys.Order(StringComparer.Ordinal), Set.Concat(Settable.EnumerateObject().Select(each => each.Name)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SettingsType_TakesNothingElse_AndDescribesAll()
    {
        Assert.False(template.Root.GetProperty("definitions").GetProperty("settingsType").GetProperty("additionalProperties").GetBoolean());
        Assert.All(
            Settable.EnumerateObject(),
            each => Assert.Contains("Default: ", each.Value.GetProperty("metadata").GetProperty("description").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void SettingsType_HasTheRangesOfTheOptions()
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
    public void Storage_IsNamedAsTheAppAndTheHostReadIt()
    {
        Assert.Equal(
            ["AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__queueServiceUri"],
            Snapshot.Read("default").Settings().Keys.Where(each => each.StartsWith("AzureWebJobsStorage", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("default", 1000, "950")]
    [InlineData("private-network", 400, "380")]
    [InlineData("large", 1000, "950")]
    public void HeldPolls_Are95PercentOfWhatThePlatformLetsIn(string configuration, int perInstanceConcurrency, string maxHeldPolls)
    {
        var snapshot = Snapshot.Read(configuration);
        var scale = snapshot.Properties("Microsoft.Web/sites").GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");

        Assert.Equal(perInstanceConcurrency, scale.GetProperty("triggers").GetProperty("http").GetProperty("perInstanceConcurrency").GetInt32());
        Assert.Equal(maxHeldPolls, snapshot.Settings()["FuncComet__Limits__MaxHeldPolls"]);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("private-network")]
    [InlineData("large")]
    public void LongestPoll_IsBelowTheFrontEndsLimitAndTheHosts(string configuration)
    {
        var settings = Snapshot.Read(configuration).Settings();
        var longest = TimeSpan.Parse(settings["FuncComet__Poll__MaxTimeout"], CultureInfo.InvariantCulture);
        var hostJson = JsonElement.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "host.json")));
        var functionTimeout = TimeSpan.Parse(hostJson.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);

        Assert.InRange(longest, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(220));
        Assert.True(longest + TimeSpan.FromSeconds(10) <= functionTimeout, $"{longest} is too near to {functionTimeout}.");
        Assert.DoesNotContain("AzureFunctionsJobHost__functionTimeout", settings.Keys);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("private-network")]
    [InlineData("large")]
    public void Instances_AreExchangedByTurns(string configuration)
    {
        var app = Snapshot.Read(configuration).Properties("Microsoft.Web/sites").GetProperty("functionAppConfig");

        Assert.Equal("RollingUpdate", app.GetProperty("siteUpdateStrategy").GetProperty("type").GetString());
    }

    [Fact]
    public void ChosenSettings_ReachTheApp()
    {
        var settings = Snapshot.Read("large").Settings();

        Assert.Equal("True", settings["FuncComet__Doorbell__Enabled"]);
        Assert.Equal("20", settings["FuncComet__Limits__MaxHeldPollsPerRecipient"]);
        Assert.Equal("Direct", settings["FuncComet__Push__Handover"]);
        Assert.Equal("true", settings["FuncComet__Token__Required"]);
    }

    [Fact]
    public void EveryParameter_IsDescribed_WithItsDefault()
    {
        Assert.All(
            template.Root.GetProperty("parameters").EnumerateObject(),
            each => Assert.Contains("Default", each.Value.GetProperty("metadata").GetProperty("description").GetString(), StringComparison.Ordinal));
    }
}
