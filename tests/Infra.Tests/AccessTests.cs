using System.Text.Json;
using System.Text.RegularExpressions;

namespace FuncComet.Infra.Tests;

/// <summary>Access rights and network access in Azure, in each of the committed configurations.</summary>
public sealed partial class AccessTests(CompiledTemplate template)
{
    public static TheoryData<string> Configurations { get; } = ["default", "private-network", "large", "restricted"];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Storage_InEveryConfiguration_AllowsNoKeyAndNoPublicBlob(string configuration)
    {
        var storage = Snapshot.Read(configuration).Properties("Microsoft.Storage/storageAccounts");

        Assert.False(storage.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(storage.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(storage.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
        Assert.Equal("TLS1_2", storage.GetProperty("minimumTlsVersion").GetString());
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void App_InEveryConfiguration_AllowsOnlyHttpsAndNoPublishingByPassword(string configuration)
    {
        var snapshot = Snapshot.Read(configuration);
        var app = snapshot.Properties("Microsoft.Web/sites");

        Assert.True(app.GetProperty("httpsOnly").GetBoolean());
        Assert.Equal("1.2", app.GetProperty("siteConfig").GetProperty("minTlsVersion").GetString());
        Assert.Equal("1.2", app.GetProperty("siteConfig").GetProperty("scmMinTlsVersion").GetString());
        var byPassword = snapshot.All("Microsoft.Web/sites/basicPublishingCredentialsPolicies");
        Assert.Equal(2, byPassword.Count);
        Assert.All(byPassword, each => Assert.False(each.GetProperty("properties").GetProperty("allow").GetBoolean()));
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void App_InEveryConfiguration_UsesItsIdentityForEverything(string configuration)
    {
        var snapshot = Snapshot.Read(configuration);
        var app = Assert.Single(snapshot.All("Microsoft.Web/sites"));
        var properties = app.GetProperty("properties");
        var settings = snapshot.Settings();

        Assert.Equal("UserAssigned", app.GetProperty("identity").GetProperty("type").GetString());
        var package = properties.GetProperty("functionAppConfig").GetProperty("deployment").GetProperty("storage");
        Assert.Equal("UserAssignedIdentity", package.GetProperty("authentication").GetProperty("type").GetString());
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"]);
        Assert.Contains("outputs.clientId.value", settings["AzureWebJobsStorage__clientId"], StringComparison.Ordinal);
        Assert.Contains("Authorization=AAD", settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"], StringComparison.Ordinal);
        Assert.True(snapshot.Properties("Microsoft.Insights/components").GetProperty("DisableLocalAuth").GetBoolean());
        var workspace = snapshot.Properties("Microsoft.OperationalInsights/workspaces");
        Assert.True(workspace.GetProperty("features").GetProperty("disableLocalAuth").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Roles_InEveryConfiguration_AreTheseFour(string configuration)
    {
        var assignments = from role in Snapshot.Read(configuration).All("Microsoft.Authorization/roleAssignments")
                          let scope = RoleScope().Match(role.GetProperty("id").GetString()!).Groups["type"].Value
                          let id = role.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!.Split('/')[^1]
                          let type = role.GetProperty("properties").GetProperty("principalType").GetString()
                          select $"{type} {id} at {scope}";

        Assert.Equal(
            [
                "ServicePrincipal 3913510d-42f4-4e42-8a64-420c390055eb at components",
                "ServicePrincipal 4633458b-17de-408a-b874-0445c86b69e6 at vaults",
                "ServicePrincipal 974c5e8b-45b9-4653-ba55-5f855dd0fb88 at storageAccounts",
                "ServicePrincipal b7e6dc6d-f1e8-4753-8033-0f276bb0955b at storageAccounts",
            ],
            assignments.Order(StringComparer.Ordinal));
    }

    // An identity that was deleted and made again has another principal. Azure refuses to give it an existing assignment.
    [Theory]
    [MemberData(nameof(Configurations))]
    public void Roles_InEveryConfiguration_AreNamedByThePrincipalOfTheIdentity(string configuration)
    {
        var names = Snapshot.Read(configuration).All("Microsoft.Authorization/roleAssignments")
            .Select(role => role.GetProperty("name").GetString());

        Assert.All(names, name => Assert.Matches(@"^\[guid\('.*outputs\.principalId\.value, '[0-9a-f-]{36}'\)\]$", name));
        Assert.Distinct(names);
    }

    [Fact]
    public void Callers_WithoutAFrontDoorAndSources_AreAll()
    {
        var site = Snapshot.Read("default").Properties("Microsoft.Web/sites").GetProperty("siteConfig");

        Assert.Equal("Allow", site.GetProperty("ipSecurityRestrictionsDefaultAction").GetString());
        Assert.Equal(0, site.GetProperty("ipSecurityRestrictions").GetArrayLength());
    }

    [Fact]
    public void Callers_WithAFrontDoorAndSources_AreTheseAndTheAvailabilityTest()
    {
        var site = Snapshot.Read("restricted").Properties("Microsoft.Web/sites").GetProperty("siteConfig");

        Assert.Equal("Deny", site.GetProperty("ipSecurityRestrictionsDefaultAction").GetString());
        var rules = site.GetProperty("ipSecurityRestrictions").EnumerateArray().ToList();
        Assert.Equal(
            [
                "100 Allow AzureFrontDoor.Backend",
                "101 Allow ApplicationInsightsAvailability",
                "102 Allow 203.0.113.0/24",
                "103 Allow 2001:db8::/32",
            ],
            rules.Select(rule => $"{rule.GetProperty("priority")} {rule.GetProperty("action")} {rule.GetProperty("ipAddress")}"));
        var ids = rules[0].GetProperty("headers").GetProperty("x-azure-fdid").EnumerateArray().Select(id => id.GetString());
        Assert.Equal(["11111111-2222-4333-8444-555555555555"], ids);
        Assert.Equal(["ServiceTag", "ServiceTag"], rules.Take(2).Select(rule => rule.GetProperty("tag").GetString()));
    }

    [Fact]
    public void App_WhenDeployed_ComesAfterItsRolesAndItsEndpoints()
    {
        var before = template.Module("app").GetProperty("dependsOn").EnumerateArray().Select(each => each.GetString());

        Assert.Superset(new HashSet<string?> { "roles", "vault", "blobEndpoint", "queueEndpoint", "vaultEndpoint" }, before.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Vault_InEveryConfiguration_UsesRolesAndCannotBePurged(string configuration)
    {
        var vault = Snapshot.Read(configuration).Properties("Microsoft.KeyVault/vaults");

        Assert.True(vault.GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(vault.GetProperty("enablePurgeProtection").GetBoolean());
        Assert.True(vault.GetProperty("enableSoftDelete").GetBoolean());
    }

    [Fact]
    public void Keys_WhenDeployedAgain_AreNotReplaced()
    {
        var vault = template.Module("vault").GetProperty("properties");
        var secrets = template.Resources()
            .Where(each => each.Resource.GetProperty("type").GetString() == "Microsoft.KeyVault/vaults/secrets")
            .ToList();

        var secret = Assert.Single(secrets);
        Assert.Equal("vault/signingKey", secret.Name);
        Assert.Equal("token-signing-key", secret.Resource.GetProperty("name").GetString()!.Split('\'')[^2]);
        Assert.True(secret.Resource.GetProperty("@options").TryGetProperty("onlyIfNotExists", out _));
        Assert.Equal("2.0", vault.GetProperty("template").GetProperty("languageVersion").GetString());
        var first = vault.GetProperty("template").GetProperty("parameters").GetProperty("firstSigningKey");
        Assert.Equal("securestring", first.GetProperty("type").GetString());
        Assert.Equal("[format('{0}{1}', newGuid(), newGuid())]", first.GetProperty("defaultValue").GetString());
        Assert.False(vault.GetProperty("parameters").TryGetProperty("firstSigningKey", out _));

        // These two calls, and the first month of a budget, are the only ones whose result changes with time.
        Assert.Equal(3, NewAtEveryDeployment().Count(template.Text));
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Keys_InEveryConfiguration_AreInTheVaultAlone(string configuration)
    {
        var settings = Snapshot.Read(configuration).Settings();

        Assert.EndsWith(".outputs.uri.value]", settings["FuncComet__Token__KeyVaultUri"], StringComparison.Ordinal);
        Assert.DoesNotContain("FuncComet__Token__SigningKey", settings.Keys);
        Assert.DoesNotContain("FuncComet__Token__PreviousKey", settings.Keys);
        Assert.All(settings, each => Assert.DoesNotMatch(ConnectionString(), each.Value));
    }

    [Fact]
    public void Template_AsCompiled_ReadsNoKeyAndOutputsNone()
    {
        Assert.DoesNotMatch(AsksForAKey(), template.Text);
        Assert.Equal(
            ["FUNCCOMET_APP", "FUNCCOMET_KEY_VAULT", "FUNCCOMET_STORAGE_ACCOUNT", "FUNCCOMET_URL"],
            template.Root.GetProperty("outputs").EnumerateObject().Select(each => each.Name).Order(StringComparer.Ordinal));
        var outputs = from module in template.Root.GetProperty("resources").EnumerateObject()
                      let inner = module.Value.GetProperty("properties").GetProperty("template")
                      where inner.TryGetProperty("outputs", out _)
                      from output in inner.GetProperty("outputs").EnumerateObject()
                      select (module.Name, output.Name, Value: output.Value.GetProperty("value").GetString()!);
        Assert.All(outputs, output => Assert.DoesNotContain("parameters('first", output.Value, StringComparison.Ordinal));
        Assert.All(outputs, output => Assert.DoesNotContain("ConnectionString", output.Value, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void PrivateNetwork_WhenConfigured_IsTheOnlyAccessToStorageAndVault()
    {
        var snapshot = Snapshot.Read("private-network");

        Assert.Equal("Disabled", snapshot.Properties("Microsoft.Storage/storageAccounts").GetProperty("publicNetworkAccess").GetString());
        Assert.Equal("Disabled", snapshot.Properties("Microsoft.KeyVault/vaults").GetProperty("publicNetworkAccess").GetString());
        var services = from endpoint in snapshot.All("Microsoft.Network/privateEndpoints")
                       from connection in endpoint.GetProperty("properties").GetProperty("privateLinkServiceConnections").EnumerateArray()
                       from service in connection.GetProperty("properties").GetProperty("groupIds").EnumerateArray()
                       select service.GetString();
        Assert.Equal(["blob", "queue", "vault"], services.Order());
        var zones = snapshot.All("Microsoft.Network/privateDnsZones").Select(each => each.GetProperty("name").GetString()!);
        Assert.Equal(
            [
                "[format('privatelink.blob.{0}', environment().suffixes.storage)]",
                "[format('privatelink.queue.{0}', environment().suffixes.storage)]",
                "[format('privatelink{0}', replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.'))]",
            ],
            zones.Order(StringComparer.Ordinal));
        var app = snapshot.Properties("Microsoft.Web/sites");
        Assert.Contains("appSubnetId", app.GetProperty("virtualNetworkSubnetId").GetString(), StringComparison.Ordinal);
        var appSubnet = snapshot.Properties("Microsoft.Network/virtualNetworks").GetProperty("subnets")[0];
        var delegation = appSubnet.GetProperty("properties").GetProperty("delegations")[0];
        Assert.Equal("Microsoft.App/environments", delegation.GetProperty("properties").GetProperty("serviceName").GetString());
    }

    [Fact]
    public void Default_AsCommitted_HasNoNetwork()
    {
        var snapshot = Snapshot.Read("default");

        Assert.Empty(snapshot.All("Microsoft.Network/virtualNetworks"));
        Assert.Equal(JsonValueKind.Null, snapshot.Properties("Microsoft.Web/sites").GetProperty("virtualNetworkSubnetId").ValueKind);
    }

    [GeneratedRegex(@"/(?<type>\w+)/[^/']+', 'Microsoft\.Authorization/roleAssignments'")]
    private static partial Regex RoleScope();

    [GeneratedRegex(@"newGuid\(|utcNow\(")]
    private static partial Regex NewAtEveryDeployment();

    [GeneratedRegex("AccountKey|SharedAccessSignature|DefaultEndpointsProtocol|InstrumentationKey", RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionString();

    [GeneratedRegex(@"list(Account)?(Keys|Sas|Secrets|ServiceSas)\(|AccountKey=|InstrumentationKey|getSecret\(", RegexOptions.IgnoreCase)]
    private static partial Regex AsksForAKey();
}
