using System.Threading.Channels;
using FuncComet.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Client.Tests;

/// <summary>A function app whose answers a test gives, one request at a time, under a clock that the test moves.</summary>
internal sealed class ScriptedApp : HttpMessageHandler
{
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeLogger<FuncCometClient> Logger { get; } = new();

    /// <summary>Whether a request waits that the test has not taken.</summary>
    public bool IsAsked => _requests.Reader.Count > 0;

    public FuncCometClient Client(Action<FuncCometClientOptions>? configure = null, TimeSpan? httpTimeout = null)
    {
        var options = new FuncCometClientOptions { BaseAddress = new Uri("https://app.example/api") };
        configure?.Invoke(options);
        return new FuncCometClient(new HttpClient(this) { Timeout = httpTimeout ?? Timeout.InfiniteTimeSpan }, options, Time, Logger);
    }

    /// <summary>Reads a recipient's messages, a step at a time.</summary>
    public ScriptedReading Read(FuncCometClient client, string recipient = "alice", CancellationToken? cancellationToken = null) =>
        new(this, client.ReadAllAsync(recipient, cancellationToken ?? TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken));

    /// <summary>The next request, now or later.</summary>
    public Task<ScriptedRequest> NextAsync() => _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Bounded();

    /// <summary>The next request, moving the clock until it comes.</summary>
    public async Task<ScriptedRequest> NextInTimeAsync(TimeSpan? step = null)
    {
        await Await.UntilAsync(
            () =>
            {
                if (!IsAsked)
                {
                    Time.Advance(step ?? TimeSpan.FromMilliseconds(250));
                }

                return IsAsked;
            },
            "the next request");
        return await NextAsync();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scripted = new ScriptedRequest(request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken), cancellationToken);
        await _requests.Writer.WriteAsync(scripted, CancellationToken.None);
        return await scripted.Answered.WaitAsync(cancellationToken);
    }
}
