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
        await using var run = await Run.StartAsync(messages: 1_500);

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

        await PollPlainlyWithInstancesKilledAsync(run, pushers: 20);

        output.WriteLine(run.Summary);
        Assert.True(run.Kills >= 5, run.Summary);
        Assert.DoesNotContain(run.Lost, number => number % Mailboxes % 2 == 0);
        Assert.InRange(run.Lost.Count, 0, run.Left);
        Assert.Empty(run.UnmarkedRepeats);
    }

    [Fact]
    public async Task DirectMode_WithInstancesKilledAndClientsThatLeave_LosesOnlyWhatWasOnItsWay()
    {
        await using var run = await Run.StartAsync(messages: 1_500, handover: "Direct");

        // So few that mailboxes are empty and polls wait for what is pushed.
        await PollPlainlyWithInstancesKilledAsync(run, pushers: 4);

        output.WriteLine($"{run.Summary}, written directly {run.WrittenDirectly}, lost where clients stay {run.Lost.Count(number => number % Mailboxes % 2 == 0)}");
        Assert.True(run.Kills >= 5, run.Summary);
        Assert.True(run.WrittenDirectly > 0, run.Summary);
        Assert.Empty(run.Unexplained);
        Assert.Empty(run.UnmarkedRepeats);
    }

    // The clients of the even mailboxes stay, those of the odd ones leave at random moments.
    private static Task PollPlainlyWithInstancesKilledAsync(Run run, int pushers) =>
        Task.WhenAll(run.KillInstancesAsync(), run.PushAsync(pushers), run.PollAsync(Enumerable.Range(0, 20).Select(number => run.PlainAsync(number % Mailboxes, leaves: number % 2 == 1)))).WaitAsync(Longest, TestContext.Current.CancellationToken);

    private sealed class Run : IAsyncDisposable
    {
        // What is on its way between an instance and a client arrives far sooner: the word that the client has left, or the answer that is said to be written.
        private static readonly TimeSpan LongestOnItsWay = TimeSpan.FromSeconds(1);

        private readonly Azurite _azurite = new();
        private readonly int[] _ports = [Local.FreePort(), Local.FreePort()];
        private readonly LocalHostProcess[] _hosts = new LocalHostProcess[2];
        private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { Timeout = TimeSpan.FromSeconds(30) };
        private readonly ConcurrentDictionary<int, Period> _accepted = new();
        private readonly ConcurrentQueue<BrokenPoll> _broken = new();
        private readonly ConcurrentQueue<Period> _kills = new();
        private readonly ConcurrentDictionary<int, ConcurrentQueue<(string Id, long Deliveries)>> _received = new();
        private readonly CancellationTokenSource _pushed = new();
        private readonly CancellationTokenSource _drained = new();
        private readonly int _messages;
        private readonly string _handover;
        private StorageTap? _tap;
        private long _lastReceived = TimeProvider.System.GetTimestamp();
        private int _next;
        private int _left;

        private Run(int messages, string handover) => (_messages, _handover) = (messages, handover);

        public int Kills => _kills.Count;

        /// <summary>Polls that their client left.</summary>
        public int Left => _left;

        public IReadOnlyCollection<int> Lost => [.. _accepted.Keys.Where(number => !_received.ContainsKey(number))];

        /// <summary>Messages of which more than one delivery said that it was the first.</summary>
        public IReadOnlyCollection<int> UnmarkedRepeats => [.. _received.Where(received => received.Value.Count(delivery => delivery.Deliveries == 1) > 1).Select(received => received.Key)];

        /// <summary>Messages that came under more than one id.</summary>
        public IReadOnlyCollection<int> Forged => [.. _received.Where(received => received.Value.Select(delivery => delivery.Id).Distinct().Count() > 1).Select(received => received.Key)];

        /// <summary>
        /// Lost messages that were not on their way to a client when that client left or its instance was killed. A poll of this mode takes one message, so each
        /// explains one loss at most.
        /// </summary>
        public IReadOnlyCollection<int> Unexplained
        {
            get
            {
                var explained = new Dictionary<BrokenPoll, int>();
                return [.. Lost.Where(number => !TryExplain(number, []))];

                // A poll that explains another loss already is free where yet another poll explains that one.
                bool TryExplain(int number, HashSet<BrokenPoll> tried)
                {
                    foreach (var poll in _broken.Where(poll => MayHaveTaken(poll, number) && tried.Add(poll)))
                    {
                        if (!explained.TryGetValue(poll, out var other) || TryExplain(other, tried))
                        {
                            explained[poll] = number;
                            return true;
                        }
                    }

                    return false;
                }
            }
        }

        /// <summary>Accepted messages that were not stored, at the least: sends that were repeated or not accepted count as stored ones.</summary>
        public int WrittenDirectly => _accepted.Count - _tap!.Requests.Count(request => request.StartsWith("POST ", StringComparison.Ordinal) && !request.Contains("/fc-bell-", StringComparison.Ordinal));

        public string Summary => string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {_accepted.Count}, lost {Lost.Count}, repeated {_received.Values.Sum(received => received.Count - 1)}, unmarked {UnmarkedRepeats.Count}, kills {Kills}, polls left {Left}");

        public static async Task<Run> StartAsync(int messages, string handover = "Stored")
        {
            var run = new Run(messages, handover);
            await run._azurite.InitializeAsync();
            run._tap = handover == "Direct" ? new StorageTap(run._azurite.ConnectionString) : null;
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
                    var (pushed, during) = await TryAsync(url => _http.PostAsync($"{url}push?rcpt=crash-{number % Mailboxes}", new StringContent($"{number}")));
                    using var answer = pushed;
                    if (answer?.StatusCode == HttpStatusCode.Accepted)
                    {
                        _accepted[number] = during;
                    }
                    else
                    {
                        await PauseAsync(50);
                    }
                }
            }));
            await _pushed.CancelAsync();
        }

        /// <summary>Until no message has come for longer than a lease, so that none comes again; where some are missing for longer than that takes even where storage was slow.</summary>
        public async Task PollAsync(IEnumerable<Task> pollers)
        {
            var all = Task.WhenAll(pollers);
            while (!_pushed.IsCancellationRequested || TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastReceived)) < TimeSpan.FromSeconds(Lost.Count > 0 ? 12 : 7))
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
                var (polled, _) = await TryAsync(url => _http.GetAsync($"{url}poll?rcpt=crash-{mailbox}&timeout=3&lease=5&max=8{acks}"));
                using var answer = polled;
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

                var (polled, during) = await TryAsync(url => _http.GetAsync($"{url}poll?rcpt=crash-{mailbox}&timeout=3", leaving.Token));
                using var answer = polled;
                if (leaving.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _left);
                }

                if (answer is null)
                {
                    _broken.Enqueue(new BrokenPoll(mailbox, during, leaving.IsCancellationRequested));
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

            if (_tap is not null)
            {
                await _tap.DisposeAsync();
            }

            await _azurite.DisposeAsync();
            _http.Dispose();
            _pushed.Dispose();
            _drained.Dispose();
        }

        /// <summary>
        /// The rules by which an accepted message is lost. Direct's: it was written to a poll that was held at the instance of its push, and with the answer on its way that instance was
        /// killed or the poll's client left. Plain mode's, for what was stored: it was written, at either instance and later, to a client that left. So a kill explains only what was
        /// just pushed where the poll was held, while a client that left may have taken what was pushed at either.
        /// </summary>
        private bool MayHaveTaken(BrokenPoll poll, int number)
        {
            var push = _accepted[number];
            return poll.Mailbox == number % Mailboxes && (poll.ClientLeft
                ? poll.During.EndsBefore(push) < LongestOnItsWay
                : poll.During.Meets(push) && _kills.Any(kill => poll.During.Meets(kill) && push.EndsBefore(kill) < LongestOnItsWay));
        }

        private async Task KillInstanceAsync(int at)
        {
            var began = TimeProvider.System.GetTimestamp();
            await _hosts[at].KillAsync();
            _kills.Enqueue(new Period(at, began, TimeProvider.System.GetTimestamp()));
            _hosts[at] = await StartHostAsync(at);
        }

        private static Task PauseAsync(int milliseconds) => Task.Delay(milliseconds, TestContext.Current.CancellationToken);

        private void Receive(string number, string id, long deliveries)
        {
            _received.GetOrAdd(int.Parse(number, CultureInfo.InvariantCulture), _ => new ConcurrentQueue<(string, long)>()).Enqueue((id, deliveries));
            Volatile.Write(ref _lastReceived, TimeProvider.System.GetTimestamp());
        }

        private Task<LocalHostProcess> StartHostAsync(int at) => LocalHostProcess.StartAsync(
            ["--port", $"{_ports[at]}", "--storage", _tap?.ConnectionString ?? _azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Mailbox__PlainLease"] = "00:00:05", ["FuncComet__Mailbox__MaxDeliveries"] = "0", ["FuncComet__Push__Handover"] = _handover });

        // A killed instance shows as a broken connection, on either of the two.
        private async Task<(HttpResponseMessage? Answer, Period During)> TryAsync(Func<string, Task<HttpResponseMessage>> send)
        {
            var at = Random.Shared.Next(2);
            var began = TimeProvider.System.GetTimestamp();
            HttpResponseMessage? answer = null;
            try
            {
                answer = await send($"http://127.0.0.1:{_ports[at]}/api/");
            }
            catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
            {
                // No answer, then.
            }

            return (answer, new Period(at, began, TimeProvider.System.GetTimestamp()));
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

    /// <summary>From when to when something went on at an instance, as seen from here.</summary>
    private readonly record struct Period(int Instance, long Began, long Ended)
    {
        public bool Meets(Period other) => Instance == other.Instance && Began < other.Ended && other.Began < Ended;

        /// <summary>How long before the other begins; negative where it ends later.</summary>
        public TimeSpan EndsBefore(Period other) => TimeProvider.System.GetElapsedTime(Ended, other.Began);
    }

    /// <summary>A poll that was not answered, or not to the end.</summary>
    private sealed record BrokenPoll(int Mailbox, Period During, bool ClientLeft);
}
