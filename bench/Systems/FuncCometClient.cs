namespace FuncComet.Bench.Systems;

/// <summary>Polls as FuncComet's clients do. The naive design and the bare Kestrel server use the same protocol.</summary>
internal sealed class FuncCometClient(HttpClient http, Uri api, string recipient, TimeSpan firstTimeout, RecipientTokens? tokens = null)
    : IWaitingClient
{
    private readonly Uri _later = PollOf(api, recipient, Http.LongestPoll);
    private Uri _next = PollOf(api, recipient, firstTimeout);

    public async Task PollAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _next);
            _next = _later;
            if (tokens is not null)
            {
                await tokens.AddToAsync(request, recipient, cancellationToken);
            }

            using var answer = await Http.PollAsync(http, request, cancellationToken);
            if (answer is not null)
            {
                return;
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static Uri PushOf(Uri server, string recipient) => new(server, $"/api/push?rcpt={recipient}");

    private static Uri PollOf(Uri api, string recipient, TimeSpan timeout) =>
        new(api, FormattableString.Invariant($"poll?rcpt={recipient}&timeout={Math.Max(1, (int)timeout.TotalSeconds)}"));
}
