using System.Collections.Concurrent;
using System.Text.Json;

namespace FuncComet.Client.Tests;

/// <summary>Watches a client's requests, and knows which messages had a renewal without an answer of the app.</summary>
internal sealed class RenewalLog() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentDictionary<string, string> _ids = new();
    private readonly ConcurrentDictionary<string, bool> _unanswered = new();
    private int _begun;

    /// <summary>How many renewals were sent.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>The ids of the messages of renewals without an answer.</summary>
    public IEnumerable<string> Unanswered => _unanswered.Keys;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isRenewal = request.RequestUri!.AbsolutePath.EndsWith("/lease", StringComparison.Ordinal);
        var ids = isRenewal ? IdsOf(request.RequestUri) : [];
        ids.ForEach(id => _unanswered[id] = true);
        if (isRenewal)
        {
            Interlocked.Increment(ref _begun);
        }

        var answer = await base.SendAsync(request, cancellationToken);
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            ReadReceipts(await answer.Content.ReadAsStringAsync(cancellationToken));
            ids.ForEach(id => _unanswered.TryRemove(id, out _));
        }

        return answer;
    }

    private List<string> IdsOf(Uri renewal) =>
    [
        .. renewal.Query
            .Split('?', '&')
            .Where(pair => pair.StartsWith("receipt=", StringComparison.Ordinal))
            .Select(pair => _ids[pair["receipt=".Length..]]),
    ];

    // The answer to a poll gives receipts for ids, and the answer to a renewal gives new receipts for old ones.
    private void ReadReceipts(string answer)
    {
        if (answer.Length == 0)
        {
            return;
        }

        using var json = JsonDocument.Parse(answer);
        foreach (var message in Items(json.RootElement, "messages"))
        {
            _ids[message.GetProperty("receipt").GetString()!] = message.GetProperty("id").GetString()!;
        }

        foreach (var lease in Items(json.RootElement, "leases").Where(lease => lease.TryGetProperty("renewed", out _)))
        {
            _ids[lease.GetProperty("renewed").GetString()!] = _ids[lease.GetProperty("receipt").GetString()!];
        }
    }

    private static List<JsonElement> Items(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var items) ? [.. items.EnumerateArray()] : [];
}
