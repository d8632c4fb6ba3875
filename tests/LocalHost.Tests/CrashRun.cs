using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Two instances on one Azurite, with pushers and pollers. The body of each message is its number. Only pushes that were
/// answered 202 count. A push that failed is never repeated, so a message can come twice only because it was delivered
/// twice, or because Storage answered the app's send too late.
/// </summary>
/// <remarks>
/// A kill tests the requests that it cuts off, so a run is sized by kills and not by messages. With 20 pushers and 20
/// pollers each kill meets about 40 requests, half of them at the killed instance. Six kills, three of each instance,
/// cut off more than a hundred requests, at whatever point each of them is. At least <see cref="PushesAroundAKill"/>
/// messages are accepted between two kills, so that both instances are under load again before the next one.
/// </remarks>
internal sealed class CrashRun : IAsyncDisposable
{
    /// <summary>Three kills of each instance.</summary>
    public const int Kills = 6;

    /// <summary>The mailboxes that are pushed to, and polled by two polls at once.</summary>
    public const int Mailboxes = 10;

    /// <summary>
    /// Messages that are accepted before each kill and after the last one: 3 by each of 20 pushers, or 15 by each of 4.
    /// </summary>
    public const int PushesAroundAKill = 60;

    private const string FunctionKey = "crash-runs-crash-runs";

    // Far more than a run takes, on a slow machine too.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    // The app's storage client sends a message again after it: StorageOptions.
    private static readonly TimeSpan SendIsRepeatedAfter = TimeSpan.FromSeconds(5);

    // Longer than a written answer, or the end of a connection, takes between an instance and a client.
    private static readonly TimeSpan LongestOnItsWay = TimeSpan.FromSeconds(1);

    private readonly Azurite _azurite = new();
    private readonly int[] _ports = [Ports.Free(), Ports.Free()];
    private readonly IAppInstance[] _instances = new IAppInstance[2];
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 200 })
    {
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestHeaders = { { "x-functions-key", FunctionKey } },
    };

    private readonly ConcurrentDictionary<int, Period> _accepted = new();
    private readonly ConcurrentDictionary<int, Period> _slowPushes = new();
    private readonly ConcurrentQueue<BrokenPoll> _broken = new();
    private readonly ConcurrentQueue<Period> _kills = new();
    private readonly ConcurrentDictionary<int, ConcurrentQueue<(string Id, long Deliveries)>> _received = new();
    private readonly CancellationTokenSource _pushed = new();
    private readonly CancellationTokenSource _drained = new();
    private readonly string _handover;
    private StorageTap? _tap;
    private long _lastReceived = TimeProvider.System.GetTimestamp();

    private volatile bool _isRestarting;
    private bool _isStopped;
    private int _next;
    private int _left;
    private int _renewals;

    private CrashRun(string handover) => _handover = handover;

    public int KillCount => _kills.Count;

    /// <summary>Polls whose client left.</summary>
    public int Left => _left;

    /// <summary>Leases that were renewed.</summary>
    public int Renewals => _renewals;

    public IReadOnlyCollection<int> Lost => [.. _accepted.Keys.Where(number => !_received.ContainsKey(number))];

    /// <summary>
    /// Messages that had more than one delivery with a count of 1. A push that took long is left out, as on a busy machine: its message
    /// may be stored twice, with the same id.
    /// </summary>
    public IReadOnlyCollection<int> UnmarkedRepeats =>
    [
        .. from received in _received
           where received.Value.Count(delivery => delivery.Deliveries == 1) > 1 && !_slowPushes.ContainsKey(received.Key)
           select received.Key,
    ];

    /// <summary>Messages that were delivered under more than one id.</summary>
    public IReadOnlyCollection<int> Forged =>
        [.. from received in _received where received.Value.Select(delivery => delivery.Id).Distinct().Count() > 1 select received.Key];

    /// <summary>
    /// Lost messages that were not on their way to a client when that client left or its instance was killed. A poll takes
    /// one message in this mode, so each broken poll explains at most one loss.
    /// </summary>
    public IReadOnlyCollection<int> Unexplained
    {
        get
        {
            var explained = new Dictionary<BrokenPoll, int>();
            return [.. Lost.Where(number => !TryExplain(number, []))];

            // A bipartite matching: a poll that explains another loss is free if a different poll can explain that loss.
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

    /// <summary>
    /// How many accepted messages were not stored. It may be too low: sends that were repeated, or whose push failed, count as stored.
    /// </summary>
    public int WrittenDirectly => _accepted.Count - _tap!.Requests.Count(request =>
        request.StartsWith("POST ", StringComparison.Ordinal) && !request.Contains("/fc-bell-", StringComparison.Ordinal));

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"accepted {_accepted.Count}, lost {Lost.Count}, repeated {_received.Values.Sum(received => received.Count - 1)}, "
        + $"unmarked {UnmarkedRepeats.Count}, deliveries marked {_received.Values.SelectMany(received => received).Count(IsMarked)}, "
        + $"kills {KillCount}, polls left {Left}, renewals {Renewals}, slow pushes {_slowPushes.Count}");

    public static async Task<CrashRun> StartAsync(string handover)
    {
        var run = new CrashRun(handover);
        await run._azurite.InitializeAsync();
        run._tap = handover == "Direct" ? await StorageTap.StartAsync(run._azurite.ConnectionString) : null;
        run._instances[0] = await run.StartInstanceAsync(0);
        run._instances[1] = await run.StartInstanceAsync(1);
        return run;
    }

    /// <summary>Pushes until the disturbance is over, and holds two polls of each mailbox until everything has come.</summary>
    public Task UnderLoadAsync(Task disturbance, int pushers, Func<int, Task> poll) =>
        Task.WhenAll(
            PushAsync(pushers, until: disturbance),
            PollAsync(Enumerable.Range(0, 2 * Mailboxes).Select(number => poll(number % Mailboxes))))
            .WaitAsync(Longest, TestContext.Current.CancellationToken);

    /// <summary>Kills one instance after the other, each when enough messages were accepted since the one before.</summary>
    public async Task KillInstancesAsync()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await MoreAcceptedAsync();
            await KillInstanceAsync(kill % 2);
        }

        await MoreAcceptedAsync();
    }

    /// <summary>
    /// One after the other, because a LocalHost that starts while no storage answers would start an Azurite of its own.
    /// </summary>
    public async Task DisturbAllAsync()
    {
        await MoreAcceptedAsync();
        await _azurite.StopAsync();
        await PauseAsync(2_000);
        await _azurite.StartAgainAsync();
        await MoreAcceptedAsync();
        await KillInstanceAsync(0);
        await MoreAcceptedAsync();
        await _azurite.FreezeAsync(TimeSpan.FromSeconds(10));
        await MoreAcceptedAsync();
        await KillInstanceAsync(1);
        await MoreAcceptedAsync();
    }

    private async Task PushAsync(int pushers, Task until)
    {
        try
        {
            await Task.WhenAll([until, .. Enumerable.Range(0, pushers).Select(_ => PushAsync(until))]);
        }
        finally
        {
            await _pushed.CancelAsync();
        }
    }

    /// <summary>
    /// Ends when no message has come for longer than a lease of 5 seconds, so that none can come again. While messages are
    /// missing it waits longer, in case the storage was slow.
    /// </summary>
    private async Task PollAsync(IEnumerable<Task> pollers)
    {
        var all = Task.WhenAll(pollers);
        while (!_pushed.IsCancellationRequested
            || TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastReceived)) < TimeSpan.FromSeconds(Lost.Count > 0 ? 12 : 7))
        {
            await PauseAsync(200);
        }

        await _drained.CancelAsync();
        await all;
    }

    /// <summary>Polls in lease mode, with a handler that is done at once.</summary>
    public Task LeaseAsync(int mailbox) => LeaseAsync(mailbox, Task.FromResult);

    /// <summary>
    /// Polls in lease mode, with a handler that for one answer in eight takes longer than the lease, and renews it meanwhile.
    /// </summary>
    public Task LeaseAndRenewAsync(int mailbox) => LeaseAsync(mailbox, async receipts =>
    {
        for (var renewals = Random.Shared.Next(8) == 0 ? 3 : 0; renewals > 0; renewals--)
        {
            await PauseAsync(2_300);
            receipts = await RenewAsync(mailbox, receipts);
        }

        return receipts;
    });

    /// <param name="mailbox">The mailbox.</param>
    /// <param name="handle">Handles the messages of these receipts. Returns the receipts to acknowledge.</param>
    private async Task LeaseAsync(int mailbox, Func<List<string>, Task<List<string>>> handle)
    {
        var receipts = new List<string>();
        while (!_drained.IsCancellationRequested)
        {
            await LeaveRoomAsync();
            var acks = string.Concat(receipts.Select(receipt => $"&ack={receipt}"));
            var (polled, _) = await TryAsync(url => _http.GetAsync($"{url}poll?rcpt=crash-{mailbox}&timeout=3&lease=5&max=8{acks}"));
            using var answer = polled;
            if (answer?.StatusCode == HttpStatusCode.OK && await TryReadAsync(answer) is { } body)
            {
                receipts.Clear();
                foreach (var message in JsonDocument.Parse(body).RootElement.GetProperty("messages").EnumerateArray())
                {
                    Receive(
                        message.GetProperty("text").GetString()!,
                        message.GetProperty("id").GetString()!,
                        message.GetProperty("deliveries").GetInt64());
                    receipts.Add(message.GetProperty("receipt").GetString()!);
                }

                receipts = await handle(receipts);
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

    /// <summary>Returns the new receipts. What has none comes again, and is marked.</summary>
    private async Task<List<string>> RenewAsync(int mailbox, List<string> receipts)
    {
        if (receipts.Count == 0)
        {
            return receipts;
        }

        var query = string.Concat(receipts.Select(receipt => $"&receipt={receipt}"));
        var (renewed, _) = await TryAsync(url => _http.PostAsync($"{url}lease?rcpt=crash-{mailbox}&seconds=5{query}", content: null));
        using var answer = renewed;
        if (answer?.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable)
            || await TryReadAsync(answer) is not { } body)
        {
            return [];
        }

        List<string> held =
            [.. JsonElement.Parse(body).GetProperty("leases").EnumerateArray().Select(lease => lease.GetProperty("renewed").GetString()!)];
        Interlocked.Add(ref _renewals, held.Count);
        return held;
    }

    public async Task PlainAsync(int mailbox, bool leaves)
    {
        while (!_drained.IsCancellationRequested)
        {
            await LeaveRoomAsync();
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
                var id = answer.Headers.GetValues("Comet-Message-Id").Single();
                var deliveries = answer.Headers.GetValues("Comet-Deliveries").Single();
                Receive(body, id, long.Parse(deliveries, CultureInfo.InvariantCulture));
            }
            else if (answer?.StatusCode != HttpStatusCode.NoContent)
            {
                await PauseAsync(10);
            }
        }
    }

    /// <summary>Ends the instances and the storage. What the run has found stays.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_tap is not null)
        {
            await _tap.DisposeAsync();
        }

        _http.Dispose();
        _pushed.Dispose();
        _drained.Dispose();
    }

    /// <summary>
    /// The rules by which an accepted message may be lost. Either the client of a poll left: an answer that was written to it
    /// is lost, whichever instance took the push and however long the message was stored before. Or, in Direct mode, the
    /// instance was killed: it had written the message to a poll that it held, so the push and the poll overlap at that
    /// instance and the kill follows at once.
    /// </summary>
    private bool MayHaveTaken(BrokenPoll poll, int number)
    {
        var push = _accepted[number];
        return poll.Mailbox == number % Mailboxes && (poll.ClientLeft
            ? poll.During.EndsBefore(push) < LongestOnItsWay
            : poll.During.Meets(push) && _kills.Any(kill => poll.During.Meets(kill) && push.EndsBefore(kill) < LongestOnItsWay));
    }

    private async Task PushAsync(Task until)
    {
        while (!until.IsCompleted)
        {
            await LeaveRoomAsync();
            var number = Interlocked.Increment(ref _next);
            var (pushed, during) = await TryAsync(url =>
                _http.PostAsync($"{url}push?rcpt=crash-{number % Mailboxes}", new StringContent($"{number}")));
            using var answer = pushed;
            if (during.Length > SendIsRepeatedAfter)
            {
                _slowPushes[number] = during;
            }

            if (answer?.StatusCode == HttpStatusCode.Accepted)
            {
                _accepted[number] = during;
            }

            if (answer?.StatusCode != HttpStatusCode.Accepted)
            {
                await PauseAsync(50);
            }
        }
    }

    private static bool IsMarked((string Id, long Deliveries) delivery) => delivery.Deliveries > 1;

    private Task MoreAcceptedAsync()
    {
        var enough = _accepted.Count + PushesAroundAKill;
        return Await.UntilAsync(() => _accepted.Count >= enough, $"{PushesAroundAKill} more messages");
    }

    private async Task KillInstanceAsync(int at)
    {
        var began = TimeProvider.System.GetTimestamp();
        await _instances[at].KillAsync();
        _kills.Enqueue(new Period(at, began, TimeProvider.System.GetTimestamp()));
        _isRestarting = true;
        _instances[at] = await StartInstanceAsync(at);
        _isRestarting = false;
    }

    // While an instance starts, the others send less, and leave it some of the machine. The full load is there again before the next kill.
    private Task LeaveRoomAsync() => _isRestarting ? PauseAsync(500) : Task.CompletedTask;

    private static Task PauseAsync(int milliseconds) => Task.Delay(milliseconds, TestContext.Current.CancellationToken);

    private void Receive(string number, string id, long deliveries)
    {
        _received.GetOrAdd(int.Parse(number, CultureInfo.InvariantCulture), _ => []).Enqueue((id, deliveries));
        Volatile.Write(ref _lastReceived, TimeProvider.System.GetTimestamp());
    }

    private Task<IAppInstance> StartInstanceAsync(int at) => AppInstance.StartAsync(
        _tap?.ConnectionString ?? _azurite.ConnectionString,
        FunctionKey,
        new Dictionary<string, string>
        {
            ["FuncComet__Token__Required"] = "false",
            ["FuncComet__Mailbox__PlainLease"] = "00:00:05",
            ["FuncComet__Mailbox__MaxDeliveries"] = "0",
            ["FuncComet__Push__Handover"] = _handover,
        },
        _ports[at]);

    // Sends to either instance. One that was killed breaks or refuses the connection.
    private async Task<(HttpResponseMessage? Answer, Period During)> TryAsync(Func<string, Task<HttpResponseMessage>> send)
    {
        var at = Random.Shared.Next(2);
        var began = TimeProvider.System.GetTimestamp();
        HttpResponseMessage? answer = null;
        try
        {
            answer = await send($"http://127.0.0.1:{_ports[at]}/api/");
        }
        catch (Exception ex) when (ex is HttpRequestException or SocketException or OperationCanceledException)
        {
            // No answer.
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

    /// <summary>When something began and ended at an instance, as seen from the test.</summary>
    private readonly record struct Period(int Instance, long Began, long Ended)
    {
        public TimeSpan Length => TimeProvider.System.GetElapsedTime(Began, Ended);

        public bool Meets(Period other) => Instance == other.Instance && Began < other.Ended && other.Began < Ended;

        /// <summary>The time from the end of this to the beginning of the other; negative if the other begins earlier.</summary>
        public TimeSpan EndsBefore(Period other) => TimeProvider.System.GetElapsedTime(Ended, other.Began);
    }

    /// <summary>A poll that got no answer.</summary>
    private sealed record BrokenPoll(int Mailbox, Period During, bool ClientLeft);
}
