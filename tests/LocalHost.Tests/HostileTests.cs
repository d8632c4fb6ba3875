using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Requests as the open internet sends them. They must not harm the app or its honest clients.</summary>
/// <remarks>It needs all of the machine: its requests would keep the storages of other tests from answering in time.</remarks>
[Collection(Alone.Name)]
public sealed class HostileTests(Azurite azurite, ITestOutputHelper output) : IClassFixture<Azurite>
{
    private const string FunctionKey = "the-function-key";
    private const string SigningKey = "the-signing-key-the-signing-key-";
    private const int Seed = 20_250_504;

    // Ten thousand requests that each leak five kilobytes exceed this. Without a leak, memory grows by up to 12 MB between equal
    // waves, and by up to 40 MB after the smaller wave that warms up.
    private const long AllowedGrowth = 48 * 1024 * 1024;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["FuncComet__Token__Required"] = "true",
        ["FuncComet__Token__SigningKey"] = SigningKey,

        // A poll without a timeout is not held, because there are thousands of them here.
        ["FuncComet__Poll__DefaultTimeout"] = "00:00:00",
        ["Logging__LogLevel__Default"] = "Information",
        ["DOTNET_gcServer"] = "0",
    };

    // The server itself answers 505, to an unknown version of HTTP.
    private static readonly HashSet<int> Documented = [501, 503, 505];

    private static readonly string[] ErrorMarks = ["fail:", "crit:", "Exception", "   at "];

    private static readonly HashSet<int> EveryKindOfAnswer = [200, 202, 204, 400, 401, 403, 405, 408, 413, 414, 415, 431];

    [Fact]
    public async Task TenThousandHostileRequests_HarmNobody()
    {
        await using var provider = IdentityProvider.Start();
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString, "--enable-auth", FunctionKey],
            new Dictionary<string, string>(Settings)
            {
                ["FuncComet__Push__Authority"] = provider.Issuer,
                ["FuncComet__Push__Audience"] = "senders",
            });
        var requests = new HostileRequests(Seed, FunctionKey, Jwt.Make(SigningKey, "hostile"));
        using var client = new ApiClient(host.Url);
        var honest = new HonestClient(client, Jwt.Make(SigningKey, "honest"));
        using var over = new CancellationTokenSource();
        var pushing = honest.PushAsync(over.Token);
        var polling = honest.PollAsync(pushing);

        var warmUp = new Wave(host.Url, requests, requestCount: 2_000, halfOpen: 1_000, aborted: 50, slow: 2, huge: 1);
        await warmUp.RunAsync();
        var before = WorkingSet(host);
        var wave = new Wave(host.Url, requests, requestCount: 8_600, halfOpen: 1_000, aborted: 200, slow: 20, huge: 4);
        var clock = Stopwatch.StartNew();
        await wave.RunAsync();
        output.WriteLine($"{wave.Sent} sent in {clock.Elapsed.TotalSeconds:F1} s{Environment.NewLine}{wave.Summary}");

        await over.CancelAsync();
        await polling.Bounded();
        var slowest = honest.Slowest.TotalMilliseconds;
        output.WriteLine($"Honest: {honest.Pushed.Count} pushed, {honest.Received.Count} received, the slowest after {slowest:F0} ms");
        await Await.UntilAsync(() => WorkingSet(host) < before + AllowedGrowth, $"memory back to where it was, {before >> 20} MB");
        output.WriteLine($"Working set: {before >> 20} MB before, {WorkingSet(host) >> 20} MB after");

        Assert.True(wave.Sent >= 10_000, wave.Summary);
        Assert.DoesNotContain(wave.Statuses, status => status >= 500 && !Documented.Contains(status));
        Assert.True(wave.Answered >= 8_500, wave.Summary);
        Assert.Superset(EveryKindOfAnswer, wave.Statuses.ToHashSet());
        Assert.True(honest.Pushed.Count >= 5, $"{honest.Pushed.Count} pushes are too few to tell.");
        Assert.Equal(honest.Pushed.Order(StringComparer.Ordinal), honest.Received.Order(StringComparer.Ordinal));
        Assert.Empty(honest.Otherwise);
        var errors = host.Output.Where(line => ErrorMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal))).ToList();
        Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors));
    }

    private static long WorkingSet(LocalHostProcess host)
    {
        using var process = Process.GetProcessById(host.Id);
        return process.WorkingSet64;
    }

    /// <summary>One attack: all kinds of requests at the same time, while a thousand half-open connections stay open.</summary>
    private sealed class Wave(Uri url, HostileRequests requests, int requestCount, int halfOpen, int aborted, int slow, int huge)
    {
        private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);
        private static readonly byte[] HalfARequestLine = "GET /api/poll?rcpt=ho"u8.ToArray();
        private static readonly byte[] HalfTheHeaders = "POST /api/push?rcpt=hostile HTTP/1.1\r\nHost: localhost\r\nContent-Ty"u8.ToArray();

        private readonly ConcurrentDictionary<(string Kind, string Outcome), int> _outcomes = new();
        private readonly ConcurrentBag<int> _statuses = [];

        public IReadOnlyCollection<int> Statuses => _statuses;

        public int Sent => _outcomes.Values.Sum();

        public int Answered => _outcomes.Where(outcome => char.IsAsciiDigit(outcome.Key.Outcome[0])).Sum(outcome => outcome.Value);

        /// <summary>A line for each kind: how many were sent, and which answers they got.</summary>
        public string Summary => string.Join(
            Environment.NewLine,
            from outcome in _outcomes
            orderby outcome.Key
            group $"{outcome.Key.Outcome} × {outcome.Value}" by outcome.Key.Kind into kind
            select $"{kind.Key,-42} {string.Join(", ", kind)}");

        public async Task RunAsync()
        {
            var open = await OpenHalfAsync();
            await Task.WhenAll(
                SendAllAsync(requests.Make(requestCount)),
                AbortAllAsync("a body that is broken off", [.. Enumerable.Range(0, aborted).Select(_ => requests.MakeBrokenPush())]),
                AbortAllAsync("a held poll that is left", [.. Enumerable.Range(0, aborted).Select(_ => requests.MakeHeldPoll())]),
                Task.WhenAll(Enumerable.Range(0, slow).Select(_ => SendSlowlyAsync())),
                Task.WhenAll(Enumerable.Range(0, huge).Select(SendHugeAsync)));
            foreach (var connection in open)
            {
                Count("a connection that is half-open", connection.IsQuiet ? "open to the end" : "ended by the server");
                connection.Dispose();
            }
        }

        private async Task<List<RawConnection>> OpenHalfAsync()
        {
            var open = new List<RawConnection>();
            for (var number = 0; number < halfOpen; number++)
            {
                var connection = await RawConnection.OpenAsync(url);
                open.Add(connection);
                await connection.TrySendAsync(number % 2 == 0 ? HalfARequestLine : HalfTheHeaders);
            }

            return open;
        }

        private Task SendAllAsync(IReadOnlyList<(string Kind, byte[] Bytes)> all) => Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
            async (request, _) =>
            {
                using var connection = await RawConnection.OpenAsync(url);
                await connection.TrySendAsync(request.Bytes);
                Count(request.Kind, await connection.ReadStatusesAsync(LongestAnswer));
            });

        private Task AbortAllAsync(string kind, byte[][] all) => Parallel.ForEachAsync(
            all.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (request, cancellationToken) =>
            {
                using var connection = await RawConnection.OpenAsync(url);
                await connection.TrySendAsync(request.Item);
                await Task.Delay(request.Index % 50, cancellationToken);
                connection.Reset();
                Count(kind, "left");
            });

        // One byte a second, which is slower than the server accepts.
        private async Task SendSlowlyAsync()
        {
            using var connection = await RawConnection.OpenAsync(url);
            await connection.TrySendAsync(PushHead(FunctionKey, "Content-Length: 1000"));
            var answer = connection.ReadStatusesAsync(LongestAnswer, untilClosed: false);
            while (!answer.IsCompleted && await connection.TrySendAsync("x"u8.ToArray()))
            {
                await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
            }

            Count("a slow body", await answer);
        }

        // 50 MB in chunks, until the server answers or closes the connection. Every other request has a valid key.
        private async Task SendHugeAsync(int number)
        {
            using var connection = await RawConnection.OpenAsync(url);
            await connection.TrySendAsync(PushHead(number % 2 == 0 ? FunctionKey : "wrong", "Transfer-Encoding: chunked"));
            var answer = connection.ReadStatusesAsync(LongestAnswer, untilClosed: false);
            var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string('x', 0x10000)}\r\n");
            for (var sent = 0; sent < 800 && !answer.IsCompleted && await connection.TrySendAsync(chunk); sent++)
            {
            }

            Count("a body of 50 MB in chunks", await answer);
        }

        private static byte[] PushHead(string key, string framing) => Encoding.ASCII.GetBytes(
            $"POST /api/push?rcpt=hostile HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {key}\r\n{framing}\r\n\r\n");

        private void Count(string kind, IReadOnlyList<int> statuses)
        {
            foreach (var status in statuses)
            {
                _statuses.Add(status);
            }

            Count(kind, statuses.Count == 0 ? "closed" : string.Join('+', statuses));
        }

        private void Count(string kind, string outcome) => _outcomes.AddOrUpdate((kind, outcome), 1, (_, count) => count + 1);
    }

    /// <summary>A recipient that polls as clients do, and a sender that pushes to it every second.</summary>
    private sealed class HonestClient(ApiClient client, string token)
    {
        private readonly ConcurrentDictionary<string, long> _pushedAt = new();
        private readonly HashSet<string> _ids = [];

        public ConcurrentQueue<string> Pushed { get; } = new();

        public ConcurrentQueue<string> Received { get; } = new();

        /// <summary>Answers to a poll other than 200 and 204, and to a push other than 202.</summary>
        public ConcurrentQueue<string> Otherwise { get; } = new();

        public TimeSpan Slowest { get; private set; }

        public async Task PollAsync(Task pushing)
        {
            while (!pushing.IsCompleted || Received.Count < Pushed.Count)
            {
                using var answer = await client.SendAsync(
                    HttpMethod.Get, "poll?rcpt=honest&timeout=10", ("Authorization", $"Bearer {token}"));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    if (!_ids.Add(answer.Headers.GetValues("Comet-Message-Id").Single()))
                    {
                        // Storage was too slow for the app, which sent the message again.
                        continue;
                    }

                    var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    var took = Stopwatch.GetElapsedTime(_pushedAt[text]);
                    Slowest = took > Slowest ? took : Slowest;
                    Received.Enqueue(text);
                }
                else if (answer.StatusCode != HttpStatusCode.NoContent)
                {
                    Otherwise.Enqueue($"poll: {answer.StatusCode}");
                }
            }
        }

        public async Task PushAsync(CancellationToken over)
        {
            for (var number = 0; !over.IsCancellationRequested; number++)
            {
                await PushAsync($"message {number}");
                await Task.Delay(TimeSpan.FromSeconds(1), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task PushAsync(string text)
        {
            _pushedAt[text] = Stopwatch.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Post, "push?rcpt=honest") { Content = new StringContent(text) };
            request.Headers.Add("x-functions-key", FunctionKey);
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                Pushed.Enqueue(text);
            }
            else
            {
                Otherwise.Enqueue($"push: {answer.StatusCode}");
            }
        }
    }
}
