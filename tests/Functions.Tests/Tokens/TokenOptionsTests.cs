using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class TokenOptionsTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string UnresolvedReference =
        "is a Key Vault reference that was not resolved: see whether the secret is there and the app's identity may read it.";

    public static TheoryData<string, string, string> Invalid => new()
    {
        {
            "SigningKey",
            "",
            "FuncComet__Token__SigningKey is not set: set it to a secret of at least 32 bytes (openssl rand -base64 48), or "
            + "FuncComet__Token__Required to false where everybody who reaches the app may read every mailbox."
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
        { "ClockSkew", "00:01:01", "FuncComet__Token__ClockSkew must be from 00:00:00 to 00:01:00." },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Validate_WhenASettingIsInvalid_NamesIt(string name, string value, string expected) =>
        Assert.Equal([expected], Failures(("SigningKey", Key), (name, value)));

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
