using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// The promise when things break: two LocalHosts on one Azurite, killed in turn while 20 pushers and 20 pollers run. What tells messages apart is in
/// their bodies; only pushes that were answered 202 count, and one that was not is never repeated, so that a repeat can only be a delivery's.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Mailboxes = 10;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task LeaseMode_WithInstancesKilled_LosesNothingAndMarksEveryRepeat()
    {
        await using var run = await Run.StartAsync(messages: 5_000);

        await Task.WhenAll(run.KillInstancesAsync(), run.PushAsync(pushers: 20), run.PollAsync(Enumerable.Range(0, 20).Select(number => run.LeaseAsync(number % Mailboxes)))).WaitAsync(Longest, TestContext.Current.CancellationToken);

        output.WriteLine(run.Summary);
        Assert.True(run.Kills >= 5, run.Summary);
        Assert.Empty(run.Lost);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task LeaseMode_WithInstancesKilledAndTheStorageRestartedAndFrozen_LosesNothing()
    {
        await using var run = await Run.StartAsync(messages: 3_000);

        await Task.WhenAll(run.DisturbAllAsync(), run.PushAsync(pushers: 20), run.PollAsync(Enumerable.Range(0, 20).Select(number => run.LeaseAsync(number % Mailboxes)))).WaitAsync(Longest, TestContext.Current.CancellationToken);

        // A frozen storage makes its client send again what was stored already; such a copy has the same id, by which a receiver knows it.
        output.WriteLine(run.Summary);
        Assert.Empty(run.Lost);
        Assert.Empty(run.Forged);
    }

    [Fact]
    public async Task PlainMode_WithInstancesKilledAndClientsThatLeave_LosesOnlyWhatAClientThatLeftWasAnswered()
    {
        await using var run = await Run.StartAsync(messages: 5_000);

        // The clients of the even mailboxes stay, those of the odd ones leave at random moments.
        await Task.WhenAll(run.KillInstancesAsync(), run.PushAsync(pushers: 20), run.PollAsync(Enumerable.Range(0, 20).Select(number => run.PlainAsync(number % Mailboxes, leaves: number % 2 == 1)))).WaitAsync(Longest, TestContext.Current.CancellationToken);

        output.WriteLine(run.Summary);
        Assert.True(run.Kills >= 5, run.Summary);
        Assert.DoesNotContain(run.Lost, number => number % Mailboxes % 2 == 0);
        Assert.InRange(run.Lost.Count, 0, run.Left);
        Assert.Empty(run.UnmarkedRepeats);
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly Azurite _azurite = new();
        private readonly int[] _ports = [Local.FreePort(), Local.FreePort()];
        private readonly LocalHostProcess[] _hosts = new LocalHostProcess[2];
        private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { Timeout = TimeSpan.FromSeconds(30) };
        private readonly ConcurrentDictionary<int, bool> _accepted = new();
        private readonly ConcurrentDictionary<int, ConcurrentQueue<(string Id, long Deliveries)>> _received = new();
        private readonly CancellationTokenSource _pushed = new();
        private readonly CancellationTokenSource _drained = new();
        private readonly int _messages;
        private long _lastReceived = TimeProvider.System.GetTimestamp();
        private int _next;
        private int _left;

        private Run(int messages) => _messages = messages;

        public int Kills { get; private set; }

        /// <summary>Polls that their client left.</summary>
        public int Left => _left;

        public IReadOnlyCollection<int> Lost => [.. _accepted.Keys.Where(number => !_received.ContainsKey(number))];

        /// <summary>Messages of which more than one delivery said that it was the first.</summary>
        public IReadOnlyCollection<int> UnmarkedRepeats => [.. _received.Where(received => received.Value.Count(delivery => delivery.Deliveries == 1) > 1).Select(received => received.Key)];

        /// <summary>Messages that came under more than one id.</summary>
        public IReadOnlyCollection<int> Forged => [.. _received.Where(received => received.Value.Select(delivery => delivery.Id).Distinct().Count() > 1).Select(received => received.Key)];

        public string Summary => string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {_accepted.Count}, lost {Lost.Count}, repeated {_received.Values.Sum(received => received.Count - 1)}, unmarked {UnmarkedRepeats.Count}, kills {Kills}, polls left {Left}");

        public static async Task<Run> StartAsync(int messages)
        {
            var run = new Run(messages);
            await run._azurite.InitializeAsync();
            run._hosts[0] = await run.StartHostAsync(0);
            run._hosts[1] = await run.StartHostAsync(1);
            return run;
        }

        public async Task KillInstancesAsync()
        {
            for (var at = 0; !_pushed.IsCancellationRequested; at = 1 - at)
            {
                await PauseAsync(1_000);
                await KillInstanceAsync(at);
            }
        }

        /// <summary>Each in turn, since a LocalHost that starts while no storage answers would start one of its own.</summary>
        public async Task DisturbAllAsync()
        {
            await PauseAsync(2_000);
            await _azurite.StopAsync();
            await PauseAsync(2_000);
            await _azurite.StartAgainAsync();
            await PauseAsync(1_000);
            await KillInstanceAsync(0);
            await PauseAsync(1_000);
            await _azurite.FreezeAsync(TimeSpan.FromSeconds(10));
            await PauseAsync(1_000);
            await KillInstanceAsync(1);
        }

        public async Task PushAsync(int pushers)
        {
            await Task.WhenAll(Enumerable.Range(0, pushers).Select(async _ =>
            {
                while (_accepted.Count < _messages)
                {
                    var number = Interlocked.Increment(ref _next);
                    using var answer = await TryAsync(url => _http.PostAsync($"{url}push?rcpt=crash-{number % Mailboxes}", new StringContent($"{number}")));
                    if (answer?.StatusCode == HttpStatusCode.Accepted)
                    {
                        _accepted[number] = true;
                    }
                    else
                    {
                        await PauseAsync(50);
                    }
                }
            }));
            await _pushed.CancelAsync();
        }

        /// <summary>Until every message has come, or none has for longer than any lease.</summary>
        public async Task PollAsync(IEnumerable<Task> pollers)
        {
            var all = Task.WhenAll(pollers);
            while (!_pushed.IsCancellationRequested || TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastReceived)) < TimeSpan.FromSeconds(12))
            {
                await PauseAsync(200);
            }

            await _drained.CancelAsync();
            await all;
        }

        public async Task LeaseAsync(int mailbox)
        {
            var receipts = new List<string>();
            while (!_drained.IsCancellationRequested)
            {
                var acks = string.Concat(receipts.Select(receipt => $"&ack={receipt}"));
                using var answer = await TryAsync(url => _http.GetAsync($"{url}poll?rcpt=crash-{mailbox}&timeout=3&lease=5&max=8{acks}"));
                if (answer?.StatusCode == HttpStatusCode.OK && await TryReadAsync(answer) is { } body)
                {
                    receipts.Clear();
                    foreach (var message in JsonDocument.Parse(body).RootElement.GetProperty("messages").EnumerateArray())
                    {
                        Receive(message.GetProperty("text").GetString()!, message.GetProperty("id").GetString()!, message.GetProperty("deliveries").GetInt64());
                        receipts.Add(message.GetProperty("receipt").GetString()!);
                    }
                }
                else if (answer?.StatusCode == HttpStatusCode.NoContent)
                {
                    receipts.Clear();
                }
                else
                {
                    await PauseAsync(50);
                }
            }
        }

        public async Task PlainAsync(int mailbox, bool leaves)
        {
            while (!_drained.IsCancellationRequested)
            {
                using var leaving = new CancellationTokenSource();
                if (leaves && Random.Shared.Next(2) == 0)
                {
                    leaving.CancelAfter(Random.Shared.Next(1, 100));
                }

                using var answer = await TryAsync(url => _http.GetAsync($"{url}poll?rcpt=crash-{mailbox}&timeout=3", leaving.Token));
                if (leaving.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _left);
                }

                if (answer?.StatusCode == HttpStatusCode.OK && await TryReadAsync(answer) is { } body)
                {
                    Receive(body, answer.Headers.GetValues("Comet-Message-Id").Single(), long.Parse(answer.Headers.GetValues("Comet-Deliveries").Single(), CultureInfo.InvariantCulture));
                }
                else if (answer?.StatusCode != HttpStatusCode.NoContent)
                {
                    await PauseAsync(10);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in _hosts)
            {
                await host.DisposeAsync();
            }

            await _azurite.DisposeAsync();
            _http.Dispose();
            _pushed.Dispose();
            _drained.Dispose();
        }

        private async Task KillInstanceAsync(int at)
        {
            _hosts[at].Send("KILL");
            Kills++;
            await _hosts[at].WaitForExitAsync(TimeSpan.FromSeconds(10));
            await _hosts[at].DisposeAsync();
            _hosts[at] = await StartHostAsync(at);
        }

        private static Task PauseAsync(int milliseconds) => Task.Delay(milliseconds, TestContext.Current.CancellationToken);

        private void Receive(string number, string id, long deliveries)
        {
            _received.GetOrAdd(int.Parse(number, CultureInfo.InvariantCulture), _ => new ConcurrentQueue<(string, long)>()).Enqueue((id, deliveries));
            Volatile.Write(ref _lastReceived, TimeProvider.System.GetTimestamp());
        }

        private Task<LocalHostProcess> StartHostAsync(int at) => LocalHostProcess.StartAsync(
            ["--port", $"{_ports[at]}", "--storage", _azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Mailbox__PlainLease"] = "00:00:05", ["FuncComet__Mailbox__MaxDeliveries"] = "0" });

        // A killed instance shows as a broken connection, on either of the two.
        private async Task<HttpResponseMessage?> TryAsync(Func<string, Task<HttpResponseMessage>> send)
        {
            try
            {
                return await send($"http://127.0.0.1:{_ports[Random.Shared.Next(2)]}/api/");
            }
            catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
            {
                return null;
            }
        }

        private static async Task<string?> TryReadAsync(HttpResponseMessage answer)
        {
            try
            {
                return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }
}
