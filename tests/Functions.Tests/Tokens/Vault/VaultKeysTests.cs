using System.Net;
using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Vault;
using FuncComet.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Functions.Tests.Tokens.Vault;

public sealed class VaultKeysTests : IDisposable
{
    private const string KeyA = "the first key, of 32 bytes or more";
    private const string KeyB = "the second key, of 32 bytes or more";

    private static readonly TokenOptions Settings = new() { KeyVaultUri = "https://funccomet.vault.azure.net" };

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly FakeLogger<VaultKeys> _log = new();
    private readonly FakeVault _vault;
    private readonly VaultKeys _keys;
    private readonly RecipientTokens _tokens;

    public VaultKeysTests()
    {
        var keys = new TokenKeys(Options.Create(Settings));
        _vault = new FakeVault(_time);
        _keys = new VaultKeys(_vault.Open(), keys, _time, _log);
        _tokens = new RecipientTokens(Options.Create(Settings), keys, TimeProvider.System);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _vault.Dispose();
    }

    [Fact]
    public async Task Start_ReadsEveryPageOfVersions_AndReadsNoVersionThatDoesNotCount()
    {
        foreach (var number in Enumerable.Range(0, 5))
        {
            _vault.Add($"{number}, which is a key of 32 bytes or more");
            _time.Advance(TimeSpan.FromDays(2));
        }

        await StartAsync();

        Assert.True(await IsAcceptedAsync("4, which is a key of 32 bytes or more"));
        Assert.True(await IsAcceptedAsync("3, which is a key of 32 bytes or more"));
        Assert.False(await IsAcceptedAsync("2, which is a key of 32 bytes or more"));
        Assert.Equal(3 + 2, _vault.Requests.Count);
    }

    [Fact]
    public async Task NewVersion_IsAcceptedAfterTheNextReload_AndSignsWhenEveryInstanceAcceptsIt()
    {
        _vault.Add(KeyA);
        _time.Advance(TimeSpan.FromDays(3));
        await StartAsync();
        _vault.Add(KeyB);
        Assert.False(await IsAcceptedAsync(KeyB));

        await ReloadAsync();
        Assert.True(await IsAcceptedAsync(KeyB));
        Assert.True(await SignsAsync(KeyA));
        await ReloadAsync();
        Assert.True(await SignsAsync(KeyA));
        await ReloadAsync();
        Assert.True(await SignsAsync(KeyB));
        Assert.True(await IsAcceptedAsync(KeyA));

        // The two values are read once, and the list at each reload.
        Assert.Equal(2 + 4, _vault.Requests.Count);
    }

    [Fact]
    public async Task DisabledVersion_IsRefusedAfterTheNextReload_AndTheOtherSignsAtOnce()
    {
        var leaked = _vault.Add(KeyA);
        _time.Advance(TimeSpan.FromDays(3));
        await StartAsync();
        _vault.Add(KeyB);
        _vault.Disable(leaked);

        await ReloadAsync();

        Assert.False(await IsAcceptedAsync(KeyA));
        Assert.True(await SignsAsync(KeyB));
    }

    [Fact]
    public async Task NoEnabledVersion_AcceptsAndIssuesNothing()
    {
        var only = _vault.Add(KeyA);
        await StartAsync();
        _vault.Disable(only);

        await ReloadAsync();

        Assert.False(_tokens.CanIssue);
        Assert.False(await IsAcceptedAsync(KeyA));
        Assert.Contains(_log.Collector.GetSnapshot(), record => record.Message.StartsWith("No version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task VersionThatIsTooShort_CountsNot_AndTheOthersDo()
    {
        _vault.Add(KeyA);
        _time.Advance(TimeSpan.FromDays(3));
        _vault.Add("short");

        await StartAsync();

        Assert.True(await SignsAsync(KeyA));
        Assert.False(await IsAcceptedAsync("short".PadRight(32)));
        Assert.Contains(_log.Collector.GetSnapshot(), record => record.Message.StartsWith("1 versions", StringComparison.Ordinal));
    }

    public static TheoryData<string> Troubles => ["no connection", "503", "403", "no JSON", "timeout"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Trouble_AfterTheStart_LeavesTheKeysAndPasses(string trouble)
    {
        _vault.Add(KeyA);
        _time.Advance(TimeSpan.FromDays(3));
        await StartAsync();
        _vault.Add(KeyB);
        _vault.Trouble = TroubleOf(trouble);

        await ReloadAsync();
        Assert.True(await SignsAsync(KeyA));
        Assert.False(await IsAcceptedAsync(KeyB));
        Assert.Contains(_log.Collector.GetSnapshot(), record => record.Message.Contains("stay: ", StringComparison.Ordinal));

        _vault.Trouble = null;
        await ReloadAsync();
        Assert.True(await IsAcceptedAsync(KeyB));
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Trouble_AtTheStart_IsRetried_AndThenEndsTheAppWithOneLine(string trouble)
    {
        _vault.Add(KeyA);
        _vault.Trouble = TroubleOf(trouble);
        var starting = _keys.StartingAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => starting.IsCompleted);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => starting);
        Assert.StartsWith("FuncComet__Token__KeyVaultUri: ", Assert.Single(failure.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.InRange(_vault.Requests.Count, 10, 20);
    }

    [Fact]
    public async Task Trouble_AtTheStartThatPasses_DelaysTheStart()
    {
        _vault.Add(KeyA);
        _vault.Trouble = TroubleOf("403");
        var starting = _keys.StartingAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => _vault.Requests.Count >= 3);
        _vault.Trouble = null;
        await AdvanceUntilAsync(() => starting.IsCompleted);

        await starting;
        Assert.True(await SignsAsync(KeyA));
    }

    [Fact]
    public async Task Start_WithoutAnEnabledVersion_EndsTheApp()
    {
        _vault.Disable(_vault.Add(KeyA));
        _vault.Add("short");
        var starting = _keys.StartingAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => starting.IsCompleted);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => starting);
        Assert.Contains("enabled", failure.Message, StringComparison.Ordinal);
    }

    private static Func<HttpResponseMessage> TroubleOf(string name) => name switch
    {
        "no connection" => () => throw new HttpRequestException("Connection refused"),
        "timeout" => () => throw new TaskCanceledException("no answer"),
        "no JSON" => () => new HttpResponseMessage { Content = new StringContent("<html>") },
        _ => () => new HttpResponseMessage(Enum.Parse<HttpStatusCode>(name)) { Content = new StringContent("") },
    };

    private async Task StartAsync()
    {
        await _keys.StartingAsync(TestContext.Current.CancellationToken).Bounded();
        await _keys.StartAsync(TestContext.Current.CancellationToken);
    }

    private async Task ReloadAsync()
    {
        var before = Loads();
        _time.Advance(KeyRotation.Reload);
        await Await.UntilAsync(() => Loads() > before, "the keys to be read again");

        // Each load ends with a line.
        int Loads() => _log.Collector.GetSnapshot().Count(record => record.Level <= LogLevel.Warning);
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        await Await.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return condition();
            },
            "the start to end");
    }

    private async Task<bool> IsAcceptedAsync(string key) =>
        await _tokens.SubjectOfAsync(Of(key).Issue(Named.Recipient("alice"), TimeSpan.FromHours(1)).Text) == "alice";

    private async Task<bool> SignsAsync(string key) =>
        await Of(key).SubjectOfAsync(_tokens.Issue(Named.Recipient("alice"), TimeSpan.FromHours(1)).Text) == "alice";

    private RecipientTokens Of(string key) => Verifier.Tokens(new TokenOptions { SigningKey = key });
}
