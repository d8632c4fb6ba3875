using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The client's options and its registration for dependency injection.</summary>
public sealed class OptionsTests
{
    private const string AddressRule =
        "BaseAddress must be where the functions are, as https://….azurewebsites.net/api, without a user name or a query.";

    private const string KeyRule = "FunctionKey must be printable ASCII characters, without a space at either end.";

    private static readonly Uri Address = new("https://app.example/api/");

    public static TheoryData<FuncCometClientOptions, string> Broken => new()
    {
        { new(), AddressRule },
        { new() { BaseAddress = new Uri("/api", UriKind.Relative) }, AddressRule },
        { new() { BaseAddress = new Uri("ftp://app.example/api") }, AddressRule },
        { new() { BaseAddress = new Uri("https://app.example/api?code=1") }, AddressRule },
        { new() { BaseAddress = new Uri("https://app.example/api#1") }, AddressRule },
        { new() { BaseAddress = new Uri("https://me:secret@app.example/api") }, AddressRule },
        { new() { BaseAddress = new Uri("https://app.example:0/api") }, AddressRule },
        { new() { BaseAddress = new Uri($"https://{new string('a', 64)}.example/api") }, AddressRule },
        { new() { BaseAddress = Address, FunctionKey = "a\r\nX-Injected: yes" }, KeyRule },
        { new() { BaseAddress = Address, FunctionKey = "a\n" }, KeyRule },
        { new() { BaseAddress = Address, FunctionKey = "schlüssel" }, KeyRule },
        { new() { BaseAddress = Address, FunctionKey = "a " }, KeyRule },
        {
            new() { BaseAddress = Address, Lease = TimeSpan.FromSeconds(4) },
            "Lease (00:00:04) must be whole seconds, from 00:00:05 to 01:00:00."
        },
        {
            new() { BaseAddress = Address, RenewFor = TimeSpan.FromSeconds(-1) },
            "RenewFor (-00:00:01) must be from 00:00:00 to 1.00:00:00."
        },
        {
            new() { BaseAddress = Address, RenewFor = TimeSpan.FromDays(2) },
            "RenewFor (2.00:00:00) must be from 00:00:00 to 1.00:00:00."
        },
        {
            new() { BaseAddress = Address, PollTimeout = TimeSpan.FromSeconds(1.5) },
            "PollTimeout (00:00:01.5000000) must be whole seconds, from 00:00:01 to 00:03:40."
        },
        { new() { BaseAddress = Address, MaxBatch = 33 }, "MaxBatch (33) must be from 1 to 32." },
        { new() { BaseAddress = Address, RememberedMessages = -1 }, "RememberedMessages (-1) must be from 0 to 1000000." },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Constructor_WhenAnOptionIsOutOfRange_NamesIt(FuncCometClientOptions options, string message)
    {
        using var http = new HttpClient();

        var broken = Assert.Throws<OptionsValidationException>(() => new FuncCometClient(http, options));

        Assert.Equal(message, Assert.Single(broken.Failures));
    }

    [Fact]
    public void AddFuncCometClient_WhenAnOptionIsOutOfRange_FailsTheStart()
    {
        var services = new ServiceCollection();
        services.AddFuncCometClient(options => (options.BaseAddress, options.MaxBatch) = (Address, 0));
        using var provider = services.BuildServiceProvider();

        var broken = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("MaxBatch (0) must be from 1 to 32.", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddFuncCometClient_WhenResolved_PollsWithTheLongestTimeout()
    {
        using var app = new ScriptedApp();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(new FakeTimeProvider());
        services.AddFuncCometClient(options => options.BaseAddress = Address).ConfigurePrimaryHttpMessageHandler(() => app);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<FuncCometClient>();

        var polling = client.PollAsync("alice", new PollRequest(), TestContext.Current.CancellationToken);

        var poll = await app.NextAsync();
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&max=1", poll.Line);
        poll.AnswerNothing();
        Assert.Empty(await polling);
        Assert.Same(client, provider.GetRequiredService<FuncCometClient>());
    }
}
