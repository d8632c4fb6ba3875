using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Logs, exported telemetry and problem documents contain no body, content type, key or token, even at the most detailed log level,
/// whether requests succeed or fail. Logs and telemetry contain no recipient's name either. To prove that the search works, it also
/// finds texts that must be there.
/// </summary>
public sealed class SecretsTests
{
    private const string Recipient = "recipient-marker@example.org";
    private const string Body = "body-marker-0123456789";
    private const string ContentType = "content-type-marker-0123456789";
    private const string IdempotencyKey = "idempotency-marker-0123456789";
    private const string FunctionKey = "function-key-marker-0123456789";
    private const string WrongKey = "wrong-key-marker-0123456789";
    private const string WrongToken = "wrong-token-marker-0123456789";
    private const string SigningKey = "signing-key-marker-0123456789-0123456789";
    private const string PreviousKey = "previous-key-marker-0123456789-0123456789";
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    // The name is field 5 of a span's message, here a string of 4 bytes.
    private static readonly byte[] PushSpan = [0x2a, 4, .. "push"u8];
    private static readonly byte[] PollSpan = [0x2a, 4, .. "poll"u8];

    [Fact]
    public async Task NoSecret_AppearsInLogsExportsOrProblems()
    {
        await using var azurite = new Azurite();
        await azurite.InitializeAsync();
        await using var collector = await OtlpCollector.StartAsync();
        await using var host = await StartAsync(azurite.ConnectionString, collector.Url);
        using var app = new Caller(host.Url);

        var tokens = await app.UseEverythingAsync();
        await app.FailEverywhereAsync();
        await azurite.StopAsync();
        await app.MeetADeadStorageAsync();
        host.Terminate();
        await host.WaitForExitAsync(TimeSpan.FromSeconds(20));

        byte[][] logs = [.. host.Output.Select(Encoding.UTF8.GetBytes)];
        byte[][] problems = [.. app.Problems.Select(Encoding.UTF8.GetBytes)];
        AssertFound(logs, Encoding.UTF8.GetBytes(QueueName), "the mailbox's queue in a log line");
        AssertFound(logs, "trce: "u8, "a line at Trace");
        AssertFound(logs, Encoding.UTF8.GetBytes($"Erasure of {QueueName}"), "the erasure in a log line");
        AssertFound(logs, "acknowledged: storage id "u8, "a step of a message");
        AssertFound(logs, "Storage did not"u8, "the storage's failure in a log line");
        AssertFound(collector.Traces, PushSpan, "an activity named push");
        AssertFound(collector.Traces, PollSpan, "an activity named poll");
        AssertFound(collector.Traces, Convert.FromHexString(TraceId), "the trace of the push");
        AssertFound(collector.Metrics, "funccomet.storage.requests"u8, "a metric's name");
        AssertFound(problems, "urn:funccomet:storage-unavailable"u8, "the storage's failure in a problem");

        var account = azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0];
        string[] secrets =
        [
            Body, ContentType, IdempotencyKey, FunctionKey, WrongKey, WrongToken, SigningKey, PreviousKey, account,
            .. tokens, .. tokens.Select(token => token.Split('.')[2]),
        ];
        foreach (var secret in secrets)
        {
            AssertNowhere(logs, secret, "a log line");
            AssertNowhere(collector.Payloads, secret, "an export");
            AssertNowhere(problems, secret, "a problem");
        }

        AssertNowhere(logs, Recipient, "a log line");
        AssertNowhere(collector.Payloads, Recipient, "an export");
    }

    private static string QueueName => Named.Recipient(Recipient).QueueName("fc");

    private static Task<LocalHostProcess> StartAsync(string storage, string collector) => LocalHostProcess.StartAsync(
        ["--port", "0", "--storage", storage, "--enable-auth", FunctionKey, "--cors", "https://app.example"],
        new Dictionary<string, string>
        {
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__Microsoft"] = "Trace",
            ["FuncComet__Log__Messages"] = "true",
            ["FuncComet__Token__Required"] = "true",
            ["FuncComet__Token__SigningKey"] = SigningKey,
            ["FuncComet__Token__PreviousKey"] = PreviousKey,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        });

    private static void AssertFound(IEnumerable<byte[]> texts, ReadOnlySpan<byte> expected, string what) =>
        Assert.True(Find(texts, expected) is not null, $"Not found: {what}.");

    // Searches for the secret as it is, escaped, and as part of a longer text in base64.
    private static void AssertNowhere(IReadOnlyCollection<byte[]> texts, string secret, string where)
    {
        var base64 = Enumerable.Range(0, 3).Select(shift => WithinBase64(secret, shift));
        foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), .. base64])
        {
            var found = Find(texts, Encoding.UTF8.GetBytes(form));
            Assert.True(found is null, $"{secret} stands in {where}: {(found is null ? "" : Encoding.UTF8.GetString(found))}");
        }
    }

    private static byte[]? Find(IEnumerable<byte[]> texts, ReadOnlySpan<byte> sought)
    {
        foreach (var text in texts)
        {
            if (text.AsSpan().IndexOf(sought) >= 0)
            {
                return text;
            }
        }

        return null;
    }

    // Without the ends, which depend on the text before and after the secret.
    private static string WithinBase64(string secret, int shift) =>
        Convert.ToBase64String([.. new byte[shift], .. Encoding.UTF8.GetBytes(secret)])[4..^4];

    /// <summary>Sends every kind of request that has a secret in it.</summary>
    private sealed class Caller(Uri url) : IDisposable
    {
        private readonly ApiClient _client = new(url);
        private readonly List<string> _problems = [];

        public IReadOnlyList<string> Problems => _problems;

        /// <summary>Sends requests that succeed, and returns the tokens that were used.</summary>
        public async Task<IReadOnlyList<string>> UseEverythingAsync()
        {
            var token = await AskForTokenAsync("x-functions-key", "");
            var another = await AskForTokenAsync(null, $"&code={FunctionKey}");
            foreach (var (poll, contentType) in ((string, string)[])
                [("", "text/plain"), ("&lease=30", "text/plain"), ("&lease=30&max=5", "text/plain"), ("&max=5", "application/x")])
            {
                using var pushed = await PushAsync($"{contentType}; x={ContentType}", FunctionKey);
                Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
                using var polled = poll.Length == 0
                    ? await PollAsync($"&access_token={another}", ("Origin", "https://app.example"))
                    : await PollAsync(poll, ("Authorization", $"Bearer {token}"));
                Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
                if (polled.Headers.TryGetValues("Comet-Receipt", out var receipts))
                {
                    using var acknowledged = await _client.SendAsync(
                        HttpMethod.Post, $"ack?rcpt={Recipient}&receipt={receipts.Single()}&access_token={token}");
                    Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
                }
            }

            using var shown = await _client.SendAsync(HttpMethod.Get, $"mailbox?rcpt={Recipient}&code={FunctionKey}");
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
            await OperateAsync();
            return [token, another];
        }

        // The last call erases the recipient.
        private async Task OperateAsync()
        {
            using var pushed = await PushAsync($"text/plain; x={ContentType}", FunctionKey);
            foreach (var request in (string[])
                [
                    "GET mailboxes?counts=true",
                    "GET mailbox/messages?bodies=true",
                    "GET deadletters?bodies=true",
                    "POST deadletters/redrive?ttl=60",
                    "DELETE deadletters?max=1",
                    "DELETE mailbox?erase=false",
                    "DELETE mailbox?erase=true",
                ])
            {
                using var answer = await _client.SendAsync(
                    new HttpMethod(request.Split(' ')[0]),
                    $"{request.Split(' ')[1]}&rcpt={Recipient}",
                    ("x-functions-key", FunctionKey));
                Assert.True(answer.IsSuccessStatusCode, $"{request}: {answer.StatusCode}");
            }
        }

        /// <summary>Sends each secret in a request that is refused.</summary>
        public async Task FailEverywhereAsync()
        {
            using var wrongKey = await PushAsync("text/plain", WrongKey);
            Assert.Equal(HttpStatusCode.Unauthorized, wrongKey.StatusCode);
            using var badContentType = await PushAsync($"text/{ContentType}{new string('x', 300)}", FunctionKey);
            await KeepAsync(badContentType, HttpStatusCode.BadRequest);
            await RefusedAsync(HttpMethod.Post, $"push?rcpt={Recipient}&ttl={WrongKey}&code={FunctionKey}", HttpStatusCode.BadRequest);
            await RefusedAsync(
                HttpMethod.Post,
                $"push?rcpt={Recipient}&code={FunctionKey}",
                HttpStatusCode.BadRequest,
                ("Idempotency-Key", $"{IdempotencyKey} with a space"));
            await RefusedAsync(HttpMethod.Get, $"poll?rcpt={Recipient}&access_token={WrongToken}", HttpStatusCode.Unauthorized);
            await RefusedAsync(
                HttpMethod.Get,
                $"poll?rcpt={Recipient}&access_token={WrongToken}&access_token=another",
                HttpStatusCode.BadRequest,
                ("Authorization", $"Bearer {WrongToken}"));
            foreach (var (token, expected) in ((string, HttpStatusCode)[])
                [
                    (WrongToken, HttpStatusCode.Unauthorized),
                    (Jwt.Make(WrongKey + SigningKey, Recipient), HttpStatusCode.Unauthorized),
                    (Jwt.Make(SigningKey, Body), HttpStatusCode.Forbidden),
                ])
            {
                await RefusedAsync(HttpMethod.Get, $"poll?rcpt={Recipient}", expected, ("Authorization", $"Bearer {token}"));
            }

            await RefusedAsync(HttpMethod.Put, $"poll?rcpt={Recipient}&access_token={WrongToken}", HttpStatusCode.MethodNotAllowed);

            // The server itself refuses a request that is not HTTP, and logs why.
            foreach (var malformed in (string[])
            [
                $"GET /api/poll?rcpt={Recipient}&access_token={WrongToken}\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
                $"GET /api/poll?rcpt={Recipient}&access_token={WrongToken} HTTP/1.1\r\nHost: x\r\n"
                + $"Authorization : Bearer {WrongToken}\r\n\r\n",
                $"GET /api/poll?rcpt={Recipient} HTTP/1.1\r\nHost: x\r\nAuthorization Bearer {WrongToken}\r\n\r\n",
                $"GET /api/poll?rcpt={Recipient} HTTP/1.1\r\nHost: x\r\nx-functions-key: {WrongKey}\0\r\n\r\n",
                $"GET /api/poll?rcpt={Recipient}&code={WrongKey} HTTP/9.9{WrongToken}\r\nHost: x\r\n\r\n",
                $"GET /api/poll?rcpt={Recipient} HTTP/1.1\r\nHost: {WrongKey} {WrongToken}\r\n\r\n",
                $"POST /api/push?rcpt={Recipient}&code={FunctionKey} HTTP/1.1\r\nHost: x\r\nContent-Length: {Body}\r\n\r\n",
                $"POST /api/push?rcpt={Recipient}&code={FunctionKey} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{Body}\r\n",
            ])
            {
                using var connection = await RawConnection.OpenAsync(url);
                await connection.TrySendAsync(Encoding.Latin1.GetBytes(malformed));
                Assert.InRange(Assert.Single(await connection.ReadStatusesAsync(TimeSpan.FromSeconds(15), untilClosed: false)), 400, 505);
            }
        }

        /// <summary>Sends requests that fail because the storage does not answer.</summary>
        public async Task MeetADeadStorageAsync()
        {
            using var push = await PushAsync("text/plain", FunctionKey);
            await KeepAsync(push, HttpStatusCode.ServiceUnavailable, withRecipient: true);
            var token = Jwt.Make(SigningKey, Recipient);
            await RefusedAsync(HttpMethod.Get, $"poll?rcpt={Recipient}&timeout=30&access_token={token}", HttpStatusCode.ServiceUnavailable);
            await RefusedAsync(
                HttpMethod.Get,
                $"poll?rcpt={Recipient}&lease=30&max=3",
                HttpStatusCode.ServiceUnavailable,
                ("Authorization", $"Bearer {token}"));
            await RefusedAsync(HttpMethod.Get, $"mailbox?rcpt={Recipient}&code={FunctionKey}", HttpStatusCode.ServiceUnavailable);
        }

        public void Dispose() => _client.Dispose();

        private async Task<string> AskForTokenAsync(string? header, string query)
        {
            using var answer = await _client.SendAsync(
                HttpMethod.Post, $"token?rcpt={Recipient}{query}", header is null ? [] : [(header, FunctionKey)]);
            var token = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            return token.GetProperty("token").GetString()!;
        }

        private Task<HttpResponseMessage> PollAsync(string more, (string Name, string Value) header) =>
            _client.SendAsync(HttpMethod.Get, $"poll?rcpt={Recipient}&timeout=30{more}", header);

        private async Task<HttpResponseMessage> PushAsync(string contentType, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"push?rcpt={Recipient}") { Content = new StringContent(Body) };
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            request.Headers.Add("x-functions-key", key);
            request.Headers.Add("Idempotency-Key", IdempotencyKey);
            request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
            return await _client.SendAsync(request);
        }

        private async Task RefusedAsync(
            HttpMethod method, string pathAndQuery, HttpStatusCode expected, params (string Name, string Value)[] headers)
        {
            using var answer = await _client.SendAsync(method, pathAndQuery, headers);
            await KeepAsync(answer, expected);
        }

        private async Task KeepAsync(HttpResponseMessage answer, HttpStatusCode expected, bool withRecipient = false)
        {
            Assert.Equal(expected, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal(withRecipient, problem.Contains(Recipient, StringComparison.Ordinal));
            _problems.Add($"{answer.Headers}{problem}");
        }
    }
}
