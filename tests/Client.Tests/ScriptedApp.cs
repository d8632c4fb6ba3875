using System.Threading.Channels;
using FuncComet.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Client.Tests;

/// <summary>A function app for tests: the test takes each request and answers it, under a clock that the test moves.</summary>
internal sealed class ScriptedApp : HttpMessageHandler
{
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeLogger<FuncCometClient> Logger { get; } = new();

    /// <summary>Whether there is a request that the test has not taken yet.</summary>
    public bool HasRequest => _requests.Reader.Count > 0;

    public FuncCometClient Client(Action<FuncCometClientOptions>? configure = null, TimeSpan? httpTimeout = null)
    {
        var options = new FuncCometClientOptions { BaseAddress = new Uri("https://app.example/api") };
        configure?.Invoke(options);
        return new FuncCometClient(new HttpClient(this) { Timeout = httpTimeout ?? Timeout.InfiniteTimeSpan }, options, Time, Logger);
    }

    /// <summary>What an operator has: an administration with the function key <c>secret</c>.</summary>
    public FuncCometAdministration Administration() => new(
        new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan },
        new FuncCometClientOptions { BaseAddress = new Uri("https://app.example/api"), FunctionKey = "secret" },
        Time);

    /// <summary>Starts to read a recipient's messages, one step at a time.</summary>
    public ScriptedReading Read(FuncCometClient client, string recipient = "alice", CancellationToken? cancellationToken = null) =>
        new(
            this,
            client
                .ReadAllAsync(recipient, cancellationToken ?? TestContext.Current.CancellationToken)
                .GetAsyncEnumerator(TestContext.Current.CancellationToken));

    /// <summary>Reads the first message, with the id 1. It is current from then on.</summary>
    public async Task<ScriptedReading> ReadOneAsync(FuncCometClient? client = null)
    {
        var messages = Read(client ?? Client());
        await messages.TakeAsync("1");
        return messages;
    }

    /// <summary>Takes the next request, and waits for it if there is none yet.</summary>
    public Task<ScriptedRequest> NextAsync() => _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Bounded();

    /// <summary>Takes the next request, and moves the clock until there is one.</summary>
    public async Task<ScriptedRequest> NextInTimeAsync(TimeSpan? step = null)
    {
        await Await.UntilAsync(
            () =>
            {
                if (!HasRequest)
                {
                    Time.Advance(step ?? TimeSpan.FromMilliseconds(250));
                }

                return HasRequest;
            },
            "the next request");
        return await NextAsync();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var scripted = new ScriptedRequest(request, body, cancellationToken);
        await _requests.Writer.WriteAsync(scripted, CancellationToken.None);
        return await scripted.Answered.WaitAsync(cancellationToken);
    }
}
