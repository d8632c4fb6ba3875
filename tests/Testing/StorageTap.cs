using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace FuncComet.Testing;

/// <summary>
/// A relay in front of a storage. It records every request and, if told to, gives the answers of <see cref="AzureAnswers"/>.
/// </summary>
public sealed class StorageTap : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _answered = new();
    private readonly HttpMessageInvoker _storage = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
    private readonly WebApplication _relay;

    private StorageTap(string connectionString, AzureAnswers? azure)
    {
        var storage = new Uri(connectionString.Split("QueueEndpoint=")[1].TrimEnd(';'));
        var builder = LoopbackServer.CreateBuilder();
        builder.Services.AddRouting().AddHttpForwarder();
        _relay = builder.Build();
        var forwarder = _relay.Services.GetRequiredService<IHttpForwarder>();
        _relay.Run(async context =>
        {
            var request = $"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}";
            _requests.Enqueue(request);
            if (azure is null || !await azure.TryAnswerAsync(context))
            {
                await forwarder.SendAsync(
                    context,
                    storage.GetLeftPart(UriPartial.Authority),
                    _storage,
                    ForwarderRequestConfig.Empty,
                    azure ?? HttpTransformer.Default);
            }

            _answered.Enqueue(request);
        });
        Azure = azure;
        ConnectionString = connectionString;
    }

    /// <summary>The storage's connection string, with the relay's port.</summary>
    public string ConnectionString { get; private set; }

    /// <summary>The answers that differ from the storage's; null if there are none.</summary>
    public AzureAnswers? Azure { get; }

    /// <summary>The method and target of each request so far.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Starts a relay that only records.</summary>
    public static Task<StorageTap> StartAsync(string connectionString) => StartAsync(connectionString, azure: null);

    /// <summary>Starts a relay that answers as Azure documents where Azurite does not.</summary>
    public static Task<StorageTap> StartAsAzureAsync(string connectionString) =>
        StartAsync(connectionString, new AzureAnswers(connectionString));

    /// <summary>How many requests named the recipient's queue.</summary>
    public int RequestsOf(string recipient) => Count(_requests, recipient);

    /// <summary>How many of these are over.</summary>
    public int AnswersOf(string recipient) => Count(_answered, recipient);

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _storage.Dispose();
    }

    private static int Count(ConcurrentQueue<string> requests, string recipient)
    {
        var queue = Named.Recipient(recipient).QueueName("fc");
        return requests.Count(request => request.Contains(queue, StringComparison.Ordinal));
    }

    private static async Task<StorageTap> StartAsync(string connectionString, AzureAnswers? azure)
    {
        var tap = new StorageTap(connectionString, azure);
        await tap._relay.StartAsync();
        var storage = new Uri(connectionString.Split("QueueEndpoint=")[1].TrimEnd(';'));
        var address = new Uri(tap._relay.Urls.Single());
        tap.ConnectionString = connectionString.Replace($":{storage.Port}/", $":{address.Port}/", StringComparison.Ordinal);
        return tap;
    }
}
