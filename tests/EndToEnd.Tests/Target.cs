using System.Net;
using System.Net.Http.Headers;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.EndToEnd.Tests;
using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(Target))]

// Every test has recipients of its own, and most of them wait most of the time: for a lease or a timeout to end.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 8)]

namespace FuncComet.EndToEnd.Tests;

/// <summary>
/// The app under test. Three environment variables name it: <c>FUNCCOMET_URL</c> (the app's address, with or without /api),
/// <c>FUNCCOMET_STORAGE</c> (the connection string of its storage) and <c>FUNCCOMET_KEY</c> (a function key, if the app requires one). If
/// <c>FUNCCOMET_URL</c> is not set, the tests start an <see cref="AppInstance"/> with its own Azurite, which requires keys and tokens.
/// </summary>
/// <remarks>
/// Tests with the trait <c>Changes=nothing</c> store no message, create no mailbox and need no <c>FUNCCOMET_STORAGE</c>; you can run them
/// against an app in production. If the app issues tokens, every poll and acknowledgement carries one. A test fails if it gets an answer
/// that openapi.yaml does not document.
/// </remarks>
public class Target : IAsyncLifetime
{
    private const string LocalKey = "end-to-end";

    private static int _lastRecipient;
    private string? _storage;
    private Azurite? _azurite;
    private IAppInstance? _instance;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>A client without a function key and without tokens.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    /// <summary>Whether the app issues tokens, which means that it has a signing key.</summary>
    public bool IssuesTokens { get; private set; }

    /// <summary>Whether a poll needs a token.</summary>
    public bool RequiresTokens { get; private set; }

    public virtual async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("FUNCCOMET_URL") is { Length: > 0 } url)
        {
            _storage = Environment.GetEnvironmentVariable("FUNCCOMET_STORAGE");
            await ConnectAsync(ApiOf(new Uri(url)), Environment.GetEnvironmentVariable("FUNCCOMET_KEY"));
            return;
        }

        _azurite = new Azurite();
        await _azurite.InitializeAsync();
        await StartAsync(_azurite.ConnectionString);
    }

    /// <summary>Starts an instance with a storage.</summary>
    private protected async Task StartAsync(string storage)
    {
        _instance = await AppInstance.StartAsync(
            storage,
            LocalKey,
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "true",
                ["FuncComet__Token__SigningKey"] = "end-to-end-end-to-end-end-to-end",
            });
        _storage = storage;
        await ConnectAsync(_instance.Url, LocalKey);
    }

    private async Task ConnectAsync(Uri api, string? key)
    {
        Stranger = CreateClient(api, new ContractHandler(api, new SocketsHttpHandler()), key: null);
        using var refused = await Stranger.GetAsync($"poll?rcpt={NewRecipient()}&timeout=0");
        RequiresTokens = refused.StatusCode == HttpStatusCode.Unauthorized;

        var connections = new ContractHandler(api, new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 });
        using var keyHolder = CreateClient(api, connections, key, disposeHandler: false);
        using var token = await keyHolder.PostAsync($"token?rcpt={NewRecipient()}", content: null);
        IssuesTokens = token.StatusCode == HttpStatusCode.OK;
        Http = CreateClient(api, IssuesTokens ? new RecipientTokenHandler(connections) : connections, key);
    }

    /// <summary>Creates a recipient that no other test and no other run uses.</summary>
    public static string NewRecipient() => $"e2e-{Guid.NewGuid():N}-{Interlocked.Increment(ref _lastRecipient)}";

    public Task<HttpResponseMessage> PushAsync(string recipient, string text) => PushAsync(recipient, new StringContent(text));

    public Task<HttpResponseMessage> PushAsync(string recipient, HttpContent content, string more = "") =>
        PostAsync($"push?rcpt={Uri.EscapeDataString(recipient)}{more}", content);

    public Task<HttpResponseMessage> PushAsync(string recipient, byte[] body, string? contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return PushAsync(recipient, content);
    }

    public Task<HttpResponseMessage> PollAsync(string recipient, int timeout = 10) =>
        GetAsync($"poll?rcpt={Uri.EscapeDataString(recipient)}&timeout={timeout}");

    public Task<HttpResponseMessage> GetAsync(string pathAndQuery) =>
        Http.GetAsync(AsWritten(pathAndQuery), TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PostAsync(string pathAndQuery, HttpContent content) =>
        Http.PostAsync(AsWritten(pathAndQuery), content, TestContext.Current.CancellationToken);

    /// <summary>Whether the app knows that a poll of the recipient is held.</summary>
    public async Task<bool> IsWaitingAsync(string recipient)
    {
        using var answer = await GetAsync($"mailbox?rcpt={Uri.EscapeDataString(recipient)}");
        return (await answer.JsonAsync()).GetProperty("waiting").GetBoolean();
    }

    /// <summary>The app's storage, which may also hold what others have put there.</summary>
    public QueueServiceClient Storage => new(_storage is { Length: > 0 }
        ? _storage
        : throw new InvalidOperationException(
            "FUNCCOMET_STORAGE is not set. Only tests with the trait Changes=nothing run with FUNCCOMET_URL alone."));

    /// <summary>
    /// Finds the recipient's queue by the name in the queues' metadata, as an operator would; null if there is none.
    /// </summary>
    public Task<QueueClient?> FindMailboxAsync(string recipient) => FindQueueAsync(recipient, isForDeadLetters: false);

    /// <summary>The same for the queue of the recipient's dead letters.</summary>
    public Task<QueueClient?> FindDeadLettersAsync(string recipient) => FindQueueAsync(recipient, isForDeadLetters: true);

    /// <summary>A queue of the app's storage.</summary>
    public QueueClient Queue(string name) => Storage.GetQueueClient(name);

    private async Task<QueueClient?> FindQueueAsync(string recipient, bool isForDeadLetters)
    {
        var storage = Storage;
        await foreach (var queue in storage.GetQueuesAsync(QueueTraits.Metadata, cancellationToken: TestContext.Current.CancellationToken))
        {
            if (queue.Name.Contains("-dead-", StringComparison.Ordinal) == isForDeadLetters
                && queue.Metadata?.TryGetValue("recipient", out var encoded) == true
                && Uri.UnescapeDataString(encoded) == recipient)
            {
                return storage.GetQueueClient(queue.Name);
            }
        }

        return null;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http?.Dispose();
        Stranger?.Dispose();
        if (_instance is not null)
        {
            await _instance.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }

    // By default, Uri would normalize malformed escapes, which some tests send on purpose.
    private Uri AsWritten(string pathAndQuery)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return new Uri($"{Http.BaseAddress}{pathAndQuery}", options);
    }

    private static Uri ApiOf(Uri url)
    {
        var hasPath = url.AbsolutePath.TrimEnd('/').Length > 0;
        return new Uri(hasPath ? $"{url.ToString().TrimEnd('/')}/" : $"{url.GetLeftPart(UriPartial.Authority)}/api/");
    }

    private static HttpClient CreateClient(Uri url, HttpMessageHandler handler, string? key, bool disposeHandler = true)
    {
        var http = new HttpClient(handler, disposeHandler) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(4) };
        if (!string.IsNullOrEmpty(key))
        {
            http.DefaultRequestHeaders.Add("x-functions-key", key);
        }

        return http;
    }
}
