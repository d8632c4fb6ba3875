using System.Text;
using System.Text.Json;
using FuncComet.Bench.Serving;

namespace FuncComet.Bench.Systems;

/// <summary>
/// SignalR over long polling. Its client uses the load generator's HTTP client with the transport's protocol, because the official client
/// would add its own parsing and dispatching to the measured time.
/// </summary>
internal sealed class SignalRSystem() : ServedSystem(SystemNames.SignalR, Served.SignalR, new Dictionary<string, string>())
{
    protected override IWaitingClient NewClient(Uri server, string recipient, TimeSpan firstTimeout) =>
        new Connection(Client, server, recipient);

    private sealed class Connection(HttpClient http, Uri server, string recipient) : IWaitingClient
    {
        private const char EndOfRecord = '\u001e';

        private Uri? _uri;

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            _uri ??= await ConnectAsync(cancellationToken);
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
                using var answer = await Http.PollAsync(http, request, cancellationToken);

                if (answer is null)
                {
                    continue;
                }

                // Only an invocation (type 1) is a message. The answer may also be that of the handshake, or empty after the poll's
                // timeout.
                var records = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (records.Contains("\"type\":1,", StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_uri is not null)
            {
                using var answer = await http.DeleteAsync(_uri, CancellationToken.None);
            }
        }

        private async Task<Uri> ConnectAsync(CancellationToken cancellationToken)
        {
            var negotiate = new Uri(server, "/hub/negotiate?negotiateVersion=1");
            using var negotiated = await http.PostAsync(negotiate, content: null, cancellationToken);
            using var connection = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(cancellationToken));
            var token = connection.RootElement.GetProperty("connectionToken").GetString()!;
            var uri = new Uri(server, $"/hub?id={Uri.EscapeDataString(token)}&rcpt={recipient}");

            // The transport's first poll opens the connection and is answered at once.
            using var opened = await http.GetAsync(uri, cancellationToken);
            opened.EnsureSuccessStatusCode();
            var handshake = new StringContent($$"""{"protocol":"json","version":1}{{EndOfRecord}}""", Encoding.UTF8, "text/plain");
            await Http.PostAsync(http, uri, handshake, cancellationToken);
            return uri;
        }
    }
}
