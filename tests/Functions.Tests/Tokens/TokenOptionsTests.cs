using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Authorities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class TokenOptionsTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string UnresolvedReference =
        "is a Key Vault reference that was not resolved: see whether the secret is there and the app's identity may read it.";

    private const string Authority = "FuncComet__Token__Authorities__0__";

    private static readonly (string Name, string Value)[] Provider =
        [("Authorities:0:Issuer", "https://login.example/tenant"), ("Authorities:0:Audience", "api://funccomet")];

    public static TheoryData<string, string, string> Invalid => new()
    {
        {
            "SigningKey",
            "",
            "FuncComet__Token__SigningKey is not set: set it to a secret of at least 32 bytes (openssl rand -base64 48), "
            + "name a vault (FuncComet__Token__KeyVaultUri) or an identity provider (FuncComet__Token__Authorities__0__Issuer), "
            + "or set FuncComet__Token__Required to false where everybody who reaches the app may read every mailbox."
        },
        { "SigningKey", "0123456789abcdef0123456789abcde", "FuncComet__Token__SigningKey must be at least 32 bytes of UTF-8." },
        { "PreviousKey", "short", "FuncComet__Token__PreviousKey must be at least 32 bytes of UTF-8." },
        {
            "SigningKey",
            "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/signing)",
            $"FuncComet__Token__SigningKey {UnresolvedReference}"
        },
        {
            "PreviousKey",
            "@Microsoft.KeyVault(VaultName=v;SecretName=s)",
            $"FuncComet__Token__PreviousKey {UnresolvedReference}"
        },
        { "Issuer", "", "FuncComet__Token__Issuer must be 1 to 200 characters." },
        { "Audience", "", "FuncComet__Token__Audience must be 1 to 200 characters." },
        { "Authorities:0:Issuer", "http://login.example", $"{Authority}Issuer {AuthorityAddress.Rule}" },
        { "Authorities:0:Issuer", "https://login.example/?tenant=1", $"{Authority}Issuer {AuthorityAddress.Rule}" },
        { "Authorities:0:Issuer", "login.example", $"{Authority}Issuer {AuthorityAddress.Rule}" },
        { "Authorities:0:Issuer", "", $"{Authority}Issuer {AuthorityAddress.Rule}" },
        {
            "Authorities:0:Issuer",
            "https://login.microsoftonline.com/common/v2.0",
            $"{Authority}Issuer has common in place of a tenant: name the one tenant that may use this app."
        },
        {
            "Authorities:0:Issuer",
            "https://login.microsoftonline.com/Organizations/v2.0",
            $"{Authority}Issuer has Organizations in place of a tenant: name the one tenant that may use this app."
        },
        { "Authorities:0:Audience", "", $"{Authority}Audience must be 1 to 200 characters." },
        { "Authorities:0:RecipientClaim", "", $"{Authority}RecipientClaim must be 1 to 200 characters." },
        { "Authorities:0:RecipientFormat", "user", $"{Authority}RecipientFormat {RecipientFormat.Rule}" },
        { "Authorities:0:RecipientFormat", "{0}/{0}", $"{Authority}RecipientFormat {RecipientFormat.Rule}" },
        { "Authorities:0:RecipientFormat", "{1}{0}", $"{Authority}RecipientFormat {RecipientFormat.Rule}" },
        {
            "Authorities:0:RecipientFormat",
            "a\n{0}",
            $"{Authority}RecipientFormat gives no recipient's name, which is 1 to 256 bytes of UTF-8 without control characters."
        },
        { "ClockSkew", "00:01:01", "FuncComet__Token__ClockSkew must be from 00:00:00 to 00:01:00." },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Validate_WhenASettingIsInvalid_NamesIt(string name, string value, string expected) =>
        Assert.Equal(
            [expected],
            Failures([("SigningKey", Key), .. name.StartsWith("Authorities", StringComparison.Ordinal) ? Provider : [], (name, value)]));

    [Fact]
    public void Validate_WithAnIdentityProvider_NeedsNoSigningKey()
    {
        Assert.Empty(Failures(Provider));
        Assert.Empty(Failures([.. Provider, ("Authorities:0:Issuer", "http://localhost:8080/realms/common")]));
    }

    [Fact]
    public void Validate_WithAVault_NeedsNoSigningKeyAndAllowsNone()
    {
        const string Vault = "https://funccomet.vault.azure.net/";
        Assert.Empty(Failures([("KeyVaultUri", Vault)]));
        Assert.Contains("must not be", Assert.Single(Failures([("KeyVaultUri", Vault), ("SigningKey", Key)])), StringComparison.Ordinal);
        Assert.Contains("must not be", Assert.Single(Failures([("KeyVaultUri", Vault), ("PreviousKey", Key)])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://funccomet.vault.azure.net")]
    [InlineData("https://funccomet.vault.azure.net/secrets/token-signing-key")]
    [InlineData("https://funccomet.vault.azure.net?a=b")]
    [InlineData("funccomet")]
    public void Validate_WhenAVaultIsNoHttpsAddress_Fails(string address) =>
        Assert.Equal(
            ["FuncComet__Token__KeyVaultUri must be an https:// address without a path."],
            Failures([("KeyVaultUri", address)]));

    [Fact]
    public void Validate_WhenAnIssuerIsOurs_Fails() =>
        Assert.Equal(
            [$"{Authority}Issuer is also FuncComet__Token__Issuer: whose token would it be?"],
            Failures([.. Provider, ("Issuer", "https://login.example/tenant")]));

    [Theory]
    [InlineData("{0}", "{0}", false)]
    [InlineData("{0}", "user/{0}", false)]
    [InlineData("user/{0}", "user/a{0}", false)]
    [InlineData("{0}@a", "user/{0}", false)]
    [InlineData("staff/{0}", "user/{0}", true)]
    [InlineData("{0}@a", "{0}@b", true)]
    public void Validate_WithTwoIdentityProviders_FailsIfTheyCanNameTheSameRecipient(string one, string other, bool isValid)
    {
        var failures = Failures(
        [
            .. Provider,
            ("Authorities:0:RecipientFormat", one),
            ("Authorities:1:Issuer", "https://login.example/other"),
            ("Authorities:1:Audience", "api://funccomet"),
            ("Authorities:1:RecipientFormat", other),
        ]);

        Assert.Equal(isValid, !failures.Any());
        Assert.All(failures, failure => Assert.Contains("can give the same recipient for different users", failure));
    }

    [Fact]
    public void Validate_WithOneIssuerTwice_Fails() =>
        Assert.Equal(
            ["FuncComet__Token__Authorities__0__Issuer and FuncComet__Token__Authorities__1__Issuer are the same."],
            Failures(
            [
                .. Provider,
                ("Authorities:0:RecipientFormat", "a/{0}"),
                ("Authorities:1:Issuer", "https://login.example/tenant"),
                ("Authorities:1:Audience", "api://funccomet"),
                ("Authorities:1:RecipientFormat", "b/{0}"),
            ]));

    [Fact]
    public void Validate_WithoutASigningKey_FailsUnlessTokensAreOff()
    {
        Assert.Single(Failures());
        Assert.Empty(Failures(("Required", "false")));
        Assert.Empty(Failures(("SigningKey", Key)));
    }

    [Fact]
    public void Validate_WithAPreviousKeyOnly_Fails() =>
        Assert.Equal(
            ["FuncComet__Token__PreviousKey is set and FuncComet__Token__SigningKey is not: the one key there is belongs into the latter."],
            Failures(("Required", "false"), ("PreviousKey", Key)));

    [Theory]
    [InlineData("Authority", "http://login.example", "FuncComet__Push__Authority " + AuthorityAddress.Rule)]
    [InlineData(
        "Authority",
        "https://login.microsoftonline.com/common/v2.0",
        "FuncComet__Push__Authority has common in place of a tenant: name the one tenant that may use this app.")]
    [InlineData(
        "Audience",
        null,
        "FuncComet__Push__Audience is not set: without it, a token for any other app of that provider would push here.")]
    [InlineData("Role", "", "FuncComet__Push__Role must be 1 to 200 characters.")]
    public void Validate_WhenASettingOfSendersIsInvalid_NamesIt(string name, string? value, string expected)
    {
        var settings = new[] { ("Authority", "https://login.example/tenant"), ("Audience", "api://funccomet"), (name, value!) };

        Assert.Equal([expected], Failures<SenderOptions>(SenderOptions.SectionName, settings));
        Assert.Empty(Failures<SenderOptions>(SenderOptions.SectionName));
    }

    [Theory]
    [InlineData("MaxQueryLength", "8001", "FuncComet__Request__MaxQueryLength must be from 4000 to 8000.")]
    [InlineData("MaxContentTypeLength", "201", "FuncComet__Request__MaxContentTypeLength must be from 30 to 200.")]
    [InlineData("MaxKeyLength", "0", "FuncComet__Request__MaxKeyLength must be from 1 to 128.")]
    public void Validate_WhenARequestLimitIsInvalid_NamesIt(string name, string value, string expected) =>
        Assert.Equal([expected], Failures<RequestLimitOptions>(RequestLimitOptions.SectionName, (name, value)));

    [Theory]
    [InlineData("PushesPerMinute", "-1", "FuncComet__Limits__PushesPerMinute must be from 0 to 1000000.")]
    [InlineData(
        "PushesPerMinutePerRecipient", "1000001", "FuncComet__Limits__PushesPerMinutePerRecipient must be from 0 to 1000000.")]
    public void Validate_WhenALimitOfPushesIsInvalid_NamesIt(string name, string value, string expected) =>
        Assert.Equal([expected], Failures<PushLimitOptions>(PushLimitOptions.SectionName, (name, value)));

    private static IEnumerable<string> Failures(params (string Name, string Value)[] settings) =>
        Failures<TokenOptions>(TokenOptions.SectionName, settings);

    private static IEnumerable<string> Failures<T>(string section, params (string Name, string Value)[] settings)
        where T : class
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings
            .GroupBy(setting => setting.Name)
            .Select(setting => KeyValuePair.Create($"{section}:{setting.Key}", (string?)setting.Last().Value))).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddAnnotatedOptions<T>(section)
            .BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException ex)
        {
            return ex.Failures;
        }
    }
}
