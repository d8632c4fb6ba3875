using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace FuncComet.Client.Tests;

/// <summary>Watches a client's renewals, and knows the messages for which the answer to a renewal was lost.</summary>
internal sealed class RenewalLog() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentDictionary<string, string> _ids = new();
    private readonly ConcurrentDictionary<string, bool> _unanswered = new();
    private int _begun;
    private int _answersToLose;

    /// <summary>Whether the first answer to a renewal is lost, after the app has renewed the leases.</summary>
    public bool LosesFirstAnswer
    {
        init => _answersToLose = value ? 1 : 0;
    }

    /// <summary>How many renewals were sent.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>
    /// The ids of the messages with a receipt of which a renewal was not answered, or with an error, and no other brought a new one.
    /// </summary>
    public ISet<string> Unanswered => _unanswered.Keys.Select(receipt => _ids[receipt]).ToHashSet();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var function = request.RequestUri!.Segments[^1];
        if (function == "lease")
        {
            return await SendRenewalAsync(request, cancellationToken);
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (function == "poll")
        {
            await ReadReceiptsAsync(answer, cancellationToken);
        }

        return answer;
    }

    private async Task<HttpResponseMessage> SendRenewalAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        var isAnswered = false;
        try
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK && Interlocked.Exchange(ref _answersToLose, 0) > 0)
            {
                throw new HttpRequestException("The answer was lost.");
            }

            await ReadReceiptsAsync(answer, cancellationToken);
            isAnswered = answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Gone;
            return answer;
        }
        finally
        {
            if (!isAnswered)
            {
                ReceiptsOf(request.RequestUri!).ForEach(receipt => _unanswered[receipt] = true);
            }
        }
    }

    private static List<string> ReceiptsOf(Uri renewal) =>
    [
        .. renewal.Query
            .Split('?', '&')
            .Where(pair => pair.StartsWith("receipt=", StringComparison.Ordinal))
            .Select(pair => pair["receipt=".Length..]),
    ];

    // The answer to a poll gives receipts for ids, and the answer to a renewal gives new receipts for old ones.
    private async Task ReadReceiptsAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return;
        }

        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
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
