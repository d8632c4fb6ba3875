using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>A relay in front of a storage that records every request.</summary>
internal sealed partial class StorageTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<Task> _relays = [];
    private readonly Uri _storage;
    private readonly Task _accepting;

    public StorageTap(string connectionString)
    {
        _storage = new Uri(connectionString.Split("QueueEndpoint=")[1].TrimEnd(';'));
        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = connectionString.Replace($":{_storage.Port}/", $":{port}/", StringComparison.Ordinal);
        _accepting = AcceptAsync();
    }

    /// <summary>The storage's connection string, with the relay's port.</summary>
    public string ConnectionString { get; }

    /// <summary>The method and target of each request so far.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>How many requests named the recipient's queue.</summary>
    public int RequestsOf(string recipient)
    {
        var queue = Named.Recipient(recipient).QueueName("fc");
        return _requests.Count(request => request.Contains(queue, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            _relays.Add(RelayAsync(client));
        }
    }

    // When one side ends, both are closed.
    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using var storage = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await storage.ConnectAsync(_storage.Host, _storage.Port, _end.Token);
            var requests = NoteAsync(client.GetStream(), storage.GetStream());
            var answers = storage.GetStream().CopyToAsync(client.GetStream(), _end.Token);
            await await Task.WhenAny(requests, answers);
        }
    }

    private async Task NoteAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[128 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var length)
        {
            // A client waits for the answer before it sends the next request, so each request begins a new read. A body is XML, which does
            // not look like a request line.
            if (RequestLine().Match(Encoding.Latin1.GetString(buffer, 0, Math.Min(length, 1_000))) is { Success: true } line)
            {
                _requests.Enqueue(line.Groups[1].Value);
            }

            await to.WriteAsync(buffer.AsMemory(0, length), _end.Token);
        }
    }

    [GeneratedRegex(@"^([A-Z]+ /\S*) HTTP/1\.1\r\n")]
    private static partial Regex RequestLine();
}
