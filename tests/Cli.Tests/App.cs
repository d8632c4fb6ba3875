using FuncComet.Client;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

/// <summary>A LocalHost that requires function keys and tokens, shared by all tests. They use recipients of their own.</summary>
public sealed class App : IAsyncLifetime
{
    public const string FunctionKey = "the-function-key-of-the-tests";

    private const int MaxDeliveries = 2;

    private readonly SecuredLocalHost _host = new(
        FunctionKey,
        new Dictionary<string, string> { ["FuncComet__Mailbox__MaxDeliveries"] = $"{MaxDeliveries}" });

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public Uri Url => _host.Url;

    public FuncCometClient Server => new(_http, WithKey);

    public FuncCometAdministration Administration => new(_http, WithKey);

    private FuncCometClientOptions WithKey => new() { BaseAddress = Url, FunctionKey = FunctionKey };

    /// <summary>Runs the tool to its end, with the app's address and key in its environment.</summary>
    public Task<ProgramResult> RunAsync(params string[] arguments) => Start(arguments).ToEndAsync();

    /// <summary>Runs the tool to its end with this standard input.</summary>
    public Task<ProgramResult> RunWithInputAsync(ReadOnlyMemory<byte> input, params string[] arguments) =>
        Start(arguments).ToEndAsync(input);

    /// <summary>Starts the tool, with the app's address and key in its environment.</summary>
    internal Tool Start(params string[] arguments) => Tool.Start(arguments, Environment(FunctionKey));

    /// <summary>The variables that the tool reads.</summary>
    internal Dictionary<string, string?> Environment(string? key) => new()
    {
        ["FUNCCOMET_URL"] = Url.ToString(),
        ["FUNCCOMET_KEY"] = key,
        ["FUNCCOMET_TOKEN"] = null,
    };

    /// <summary>Makes a dead letter: a message that is given back as often as it may be delivered.</summary>
    public async Task DeadLetterAsync(string recipient, string text)
    {
        await Server.PushAsync(recipient, new OutgoingMessage(text) { Key = "order-17" });
        var reader = new FuncCometClient(_http, new FuncCometClientOptions
        {
            BaseAddress = Url,
            TokenProvider = (name, end) => Server.GetTokenAsync(name, cancellationToken: end),
        });
        var request = new PollRequest { Lease = TimeSpan.FromSeconds(60), Timeout = TimeSpan.FromSeconds(20) };
        for (var deliveries = 1; deliveries <= MaxDeliveries; deliveries++)
        {
            var message = Assert.Single(await reader.PollAsync(recipient, request));
            await message.ReleaseAsync();
        }

        Assert.Empty(await reader.PollAsync(recipient, new PollRequest { Timeout = TimeSpan.Zero, Lease = TimeSpan.FromSeconds(60) }));
    }

    public async Task PushAsync(string recipient, params string[] texts)
    {
        foreach (var text in texts)
        {
            await Server.PushAsync(recipient, new OutgoingMessage(text));
        }
    }

    public async Task<long> CountAsync(string recipient) => (await Server.CountMailboxAsync(recipient)).Messages;

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }
}
