using System.Net.Http.Json;
using System.Text.Json;

namespace FuncComet.Bench.Systems;

/// <summary>
/// A golongpoll server that is running already, with its handlers at <c>events</c> and <c>publish</c> below the given address.
/// </summary>
internal sealed class GolongpollSystem(Uri url) : IPushSystem
{
    // golongpoll's default maximum.
    private const int LongestPollSeconds = 110;

    private readonly HttpClient _http = Http.CreateClient();

    public string Name => SystemNames.Golongpoll;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) => new Client(_http, url, recipient);

    public Task PushAsync(string recipient, CancellationToken cancellationToken)
    {
        var body = JsonContent.Create(new { category = recipient, data = Http.Message });
        return Http.PostAsync(_http, new Uri(url, "publish"), body, cancellationToken);
    }

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => Task.FromResult(Holding.Unknown);

    public Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) => Task.FromResult(new SystemState());

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends with each poll which event it received last, as golongpoll's clients do.</summary>
    private sealed class Client(HttpClient http, Uri url, string recipient) : IWaitingClient
    {
        private string _since = "";

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var poll = FormattableString.Invariant($"events?timeout={LongestPollSeconds}&category={recipient}{_since}");
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, poll));
                using var answer = await Http.PollAsync(http, request, cancellationToken);
                if (answer is null)
                {
                    continue;
                }

                using var body = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken));
                if (body.RootElement.TryGetProperty("events", out var events))
                {
                    var last = events[events.GetArrayLength() - 1];
                    _since = $"&since_time={last.GetProperty("timestamp").GetInt64()}&last_id={last.GetProperty("id").GetString()}";
                    return;
                }
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
