using System.Text;
using System.Text.Json;
using FuncComet.Bench.Serving;

namespace FuncComet.Bench.Systems;

/// <summary>
/// SignalR over long polling. The client speaks the transport's own HTTP with the load generator's one kind of client: the official client would
/// add its parsing and dispatching to what is measured of the server.
/// </summary>
internal sealed class SignalRSystem() : ServedSystem(SystemNames.SignalR, Served.SignalR, new Dictionary<string, string>())
{
    protected override IWaitingClient NewClient(Uri server, string recipient, TimeSpan firstTimeout) => new Connection(Client, server, recipient);

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

                // An answer may also be that of the handshake, or an empty one at the poll's timeout.
                if (answer is not null && (await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("\"type\":1,", StringComparison.Ordinal))
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
            using var negotiated = await http.PostAsync(new Uri(server, "/hub/negotiate?negotiateVersion=1"), content: null, cancellationToken);
            using var connection = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(cancellationToken));
            var token = connection.RootElement.GetProperty("connectionToken").GetString()!;
            var uri = new Uri(server, $"/hub?id={Uri.EscapeDataString(token)}&rcpt={recipient}");

            // The transport's first poll is answered at once: it opens the connection.
            using var opened = await http.GetAsync(uri, cancellationToken);
            opened.EnsureSuccessStatusCode();
            await Http.PostAsync(http, uri, new StringContent($$"""{"protocol":"json","version":1}{{EndOfRecord}}""", Encoding.UTF8, "text/plain"), cancellationToken);
            return uri;
        }
    }
}
