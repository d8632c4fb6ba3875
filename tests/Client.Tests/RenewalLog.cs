using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace FuncComet.Client.Tests;

/// <summary>Watches a client's requests, and knows of which messages a renewal was not answered by a new receipt.</summary>
internal sealed class RenewalLog() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentDictionary<string, string> _ids = new();
    private readonly ConcurrentDictionary<string, bool> _unanswered = new();
    private int _begun;

    /// <summary>How many renewals were sent.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>The ids of the messages with a receipt that renewals were sent for, none of which brought a new one.</summary>
    public ISet<string> Unanswered => _unanswered.Keys.Select(receipt => _ids[receipt]).ToHashSet();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var function = request.RequestUri!.Segments[^1];
        if (function == "lease")
        {
            ReceiptsOf(request.RequestUri).ForEach(receipt => _unanswered[receipt] = true);
            Interlocked.Increment(ref _begun);
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (function is "lease" or "poll" && answer.StatusCode == HttpStatusCode.OK)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            ReadReceipts(await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        return answer;
    }

    private static List<string> ReceiptsOf(Uri renewal) =>
    [
        .. renewal.Query
            .Split('?', '&')
            .Where(pair => pair.StartsWith("receipt=", StringComparison.Ordinal))
            .Select(pair => pair["receipt=".Length..]),
    ];

    // The answer to a poll gives receipts for ids, and the answer to a renewal gives new receipts for old ones.
    private void ReadReceipts(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        foreach (var message in Items(json.RootElement, "messages"))
        {
            _ids[message.GetProperty("receipt").GetString()!] = message.GetProperty("id").GetString()!;
        }

        foreach (var lease in Items(json.RootElement, "leases"))
        {
            var receipt = lease.GetProperty("receipt").GetString()!;
            _ids[lease.GetProperty("renewed").GetString()!] = _ids[receipt];
            _unanswered.TryRemove(receipt, out _);
        }
    }

    private static List<JsonElement> Items(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var items) ? [.. items.EnumerateArray()] : [];
}
