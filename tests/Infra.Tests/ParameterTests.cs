using System.Text.Json;
using System.Text.RegularExpressions;

namespace FuncComet.Infra.Tests;

/// <summary>What the template makes of its parameters.</summary>
public sealed class ParameterTests
{
    // By the naming rules of Azure: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    private static readonly Dictionary<string, Regex> Rules = new()
    {
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = new("^[a-z0-9][a-z0-9_-]{2,127}$"),
        ["Microsoft.OperationalInsights/workspaces"] = new("^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$"),
        ["Microsoft.Insights/components"] = new("^[a-z0-9._-]{0,254}[a-z0-9_-]$"),
        ["Microsoft.Storage/storageAccounts"] = new("^[a-z0-9]{3,24}$"),
        ["Microsoft.KeyVault/vaults"] = new("^(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]$"),
        ["Microsoft.Web/serverfarms"] = new("^[a-z0-9-]{1,60}$"),
        // Part of a host's name, so without hyphens at the third and fourth place.
        ["Microsoft.Web/sites"] = new("^(?!..--)[a-z0-9][a-z0-9-]{0,58}[a-z0-9]$"),
        ["Microsoft.Consumption/budgets"] = new("^[a-z0-9_-]{1,63}$"),
    };

    [Theory]
    [InlineData("restricted")]
    [InlineData("default")]
    public void Names_OfResources_KeepAzuresRules(string configuration)
    {
        var named = from rule in Rules
                    from resource in Snapshot.Read(configuration).All(rule.Key)
                    select (Rule: rule.Value, Name: resource.GetProperty("name").GetString()!);

        Assert.InRange(named.Count(), 7, 8);
        Assert.All(named, resource => Assert.Matches(resource.Rule, resource.Name));
    }

    // The first three are as they were before names were made safe: another name would be another app, with empty mailboxes.
    [Fact]
    public async Task Prefix_OfAnEnvironment_HasItsLettersDigitsAndHyphens()
    {
        using var copy = Bicep.Copy();
        File.WriteAllText(
            Path.Combine(copy.Path, "prefixes.bicep"),
            """
            import { prefixOf } from 'names.bicep'
            param names string[]
            output prefixes string[] = map(names, name => prefixOf(name))
            """);
        var parameters = Path.Combine(copy.Path, "prefixes.bicepparam");
        File.WriteAllText(
            parameters,
            """
            using 'prefixes.bicep'
            param names = ['prod', 'Prod-1', 'a-long-environment-name', 'west.europe_(1)', '--x', '()']
            """);

        var predicted = await Bicep.RunAsync("snapshot", parameters, "--mode", "overwrite");

        predicted.AssertNothingWrong();
        var snapshot = JsonElement.Parse(File.ReadAllText(Path.ChangeExtension(parameters, ".snapshot.json")));
        Assert.Equal(
            ["fc-prod", "fc-prod-1", "fc-a-long-environme", "fc-westeurope1", "fc-x", "fc-env"],
            snapshot.GetProperty("outputs").GetProperty("prefixes").EnumerateArray().Select(each => each.GetString()));
    }

    [Fact]
    public void Limits_WhenSet_ReachPlanWorkspaceAndBudget()
    {
        var snapshot = Snapshot.Read("restricted");

        var scale = snapshot.Properties("Microsoft.Web/sites").GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");
        Assert.Equal(1, scale.GetProperty("maximumInstanceCount").GetInt32());
        var workspace = snapshot.Properties("Microsoft.OperationalInsights/workspaces");
        Assert.Equal(2, workspace.GetProperty("workspaceCapping").GetProperty("dailyQuotaGb").GetInt32());
        var budget = snapshot.Properties("Microsoft.Consumption/budgets");
        Assert.Equal(200, budget.GetProperty("amount").GetInt32());
        var mails = budget.GetProperty("notifications").EnumerateObject()
            .Select(each => $"{each.Value.GetProperty("thresholdType")} {each.Value.GetProperty("threshold")} "
                + $"{each.Value.GetProperty("contactEmails")[0]}");
        Assert.Equal(
            ["Actual 100 owner@example.com", "Actual 80 owner@example.com", "Forecasted 100 owner@example.com"],
            mails.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Limits_WhenNotSet_AreNone()
    {
        var snapshot = Snapshot.Read("default");

        var workspace = snapshot.Properties("Microsoft.OperationalInsights/workspaces");
        Assert.Equal(-1, workspace.GetProperty("workspaceCapping").GetProperty("dailyQuotaGb").GetInt32());
        Assert.Empty(snapshot.All("Microsoft.Consumption/budgets"));
    }
}
