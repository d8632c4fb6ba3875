using System.Diagnostics;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Measuring;

/// <summary>Waiting clients, numbered from 0. Each waits for the messages of its own recipient.</summary>
internal sealed class WaitingClients : IAsyncDisposable
{
    // Connections are opened in groups: a burst beyond the listening socket's backlog would run into the kernel's retransmission delays.
    private const int AtATime = 200;

    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    // A poll is counted as held a little before it really waits: FuncComet looks first, and a SignalR client polls only once it is
    // connected.
    private static readonly TimeSpan Arming = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestArming = TimeSpan.FromSeconds(5);

    // For a system that does not tell what it holds: longer than a poll takes to get there, and longer than the second within which the
    // protocol lets a poll end whose client has left.
    private static readonly TimeSpan UntoldArming = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan UntoldLeaving = TimeSpan.FromSeconds(1.5);

    // Longer than the first three pauses of a new poll between looks (250 ms, 500 ms, 1 s). From the fourth on (2 s), few polls look at the
    // same time.
    private static readonly TimeSpan Resting = TimeSpan.FromMilliseconds(1_200);
    private static readonly TimeSpan LongestToRest = TimeSpan.FromSeconds(60);

    // Two seconds after the last poll of a recipient has left, FuncComet removes what was published of it: two requests for each. When that
    // is done, it makes at most the 5 requests a second of its bell.
    private static readonly TimeSpan ClearingBegins = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(1);
    private const int IdleRequests = 10;

    // Fewer clients leave too little to matter.
    private const int Many = 100;

    private readonly IPushSystem _system;
    private readonly IWaitingClient[] _clients;
    private readonly Task<long>[] _answers;
    private readonly CancellationTokenSource _leaving;
    private readonly CancellationToken _calledOff;

    private WaitingClients(IPushSystem system, int count, bool spread, CancellationToken cancellationToken)
    {
        _system = system;
        _calledOff = cancellationToken;
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _answers = new Task<long>[count];
        _clients =
        [
            .. Enumerable.Range(0, count)
                .Select(i => system.NewClient($"r{i}", spread ? Http.LongestPoll * (i + 1) / count : Http.LongestPoll)),
        ];
    }

    public int Count => _clients.Length;

    /// <summary>Starts clients and returns when the system holds all their polls.</summary>
    /// <param name="system">The system to poll.</param>
    /// <param name="count">The number of clients.</param>
    /// <param name="spread">
    /// True for clients that only wait: the ends of their first polls are spread evenly over time, as they would be with real clients, and
    /// it is no error if the system cannot hold them all.
    /// </param>
    /// <param name="cancellationToken">Cancels the start, and later the clients.</param>
    public static async Task<WaitingClients> HoldAsync(IPushSystem system, int count, bool spread, CancellationToken cancellationToken)
    {
        var clients = new WaitingClients(system, count, spread, cancellationToken);
        try
        {
            var all = await clients.PollAllAsync();
            return all || spread ? clients : throw new TimeoutException($"{system.Name} did not get to hold {count} polls.");
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Delivers messages to some clients for this long, so that the system's code is fully compiled before it is measured.
    /// </summary>
    public static async Task WarmUpAsync(IPushSystem system, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var clients = await HoldAsync(system, Math.Min(32, system.MaxHeld), spread: false, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        do
        {
            await Task.WhenAll(Enumerable.Range(0, clients.Count).Select(clients.PushAsync));
        }
        while (Stopwatch.GetElapsedTime(began) < time && await clients.PollAllAsync());
    }

    /// <summary>
    /// Starts a poll of every client. No client may have an open poll. Returns false if the system does not get to hold them all.
    /// </summary>
    public async Task<bool> PollAllAsync()
    {
        var all = true;
        for (var first = 0; first < Count; first += AtATime)
        {
            var last = Math.Min(first + AtATime, Count);
            for (var i = first; i < last; i++)
            {
                Poll(i);
            }

            all = all && await AreHeldAsync(last);
        }

        return all;
    }

    /// <summary>
    /// Pushes to a waiting client and returns the time from before the push was sent until the poll's answer had been read.
    /// </summary>
    public async Task<TimeSpan> PushAsync(int client)
    {
        var began = Stopwatch.GetTimestamp();
        var push = _system.PushAsync($"r{client}", _leaving.Token);

        // Throws at once if the push fails. Awaiting only the answer would hide the failure until the time limit of the delivery.
        await await Task.WhenAny(push, _answers[client]);
        var read = await _answers[client].WaitAsync(LongestDelivery, _leaving.Token);
        await push;
        return Stopwatch.GetElapsedTime(began, read);
    }

    /// <summary>Starts the next poll of a client whose last poll was answered; returns at once.</summary>
    public void Poll(int client) => _answers[client] = AnswerAsync(client);

    /// <summary>Waits until this many polls are held and none is busy with its first look; returns false at the time limit.</summary>
    public async Task<bool> AreHeldAsync(int count)
    {
        var began = Stopwatch.GetTimestamp();
        Holding held;
        while ((held = await _system.ReadHeldAsync(_leaving.Token)).Clients < count)
        {
            if (Stopwatch.GetElapsedTime(began) > LongestHold)
            {
                return false;
            }

            await ThrowIfFailedAsync();
            await Task.Delay(Look, _leaving.Token);
        }

        await NoLooksAsync(held.Clients is null ? UntoldArming : Arming, LongestArming);
        await ThrowIfFailedAsync();
        return true;
    }

    /// <summary>
    /// Waits until the frequent first looks of new polls are over: they would compete for the storage with what is measured.
    /// </summary>
    public Task RestAsync() => NoLooksAsync(Resting, LongestToRest);

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await ((Task)Task.WhenAll(_answers.Where(answer => answer is not null))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Parallel.ForEachAsync(_clients, async (client, _) => await client.DisposeAsync());
        _leaving.Dispose();

        // Wait until the system has noticed that these clients are gone. Otherwise their polls could take messages meant for the next
        // clients.
        var began = Stopwatch.GetTimestamp();
        if (!_calledOff.IsCancellationRequested && (await _system.ReadHeldAsync(CancellationToken.None)).Clients is null)
        {
            await Task.Delay(UntoldLeaving, CancellationToken.None);
        }

        while (!_calledOff.IsCancellationRequested
            && Stopwatch.GetElapsedTime(began) < LongestHold
            && (await _system.ReadHeldAsync(CancellationToken.None)).Clients > 0)
        {
            await Task.Delay(Look, CancellationToken.None);
        }

        await ClearedAsync();
    }

    // What a system still does for clients that have left must neither slow nor count in what is measured next.
    private async Task ClearedAsync()
    {
        if (Count < Many || _calledOff.IsCancellationRequested || await CountAsync() == 0)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        await Task.Delay(ClearingBegins, _calledOff);
        long before;
        var requests = await CountAsync();
        do
        {
            before = requests;
            await Task.Delay(BetweenCounts, _calledOff);
            requests = await CountAsync();
        }
        while (requests - before > IdleRequests && Stopwatch.GetElapsedTime(began) < LongestHold);

        async Task<long> CountAsync() => (await _system.ReadStateAsync(collect: false, _calledOff)).AllStorageRequests;
    }

    // A FuncComet poll waits once a look has found its mailbox empty. When the number of looks stops growing, all new polls wait.
    private async Task NoLooksAsync(TimeSpan during, TimeSpan atMost)
    {
        var looks = -1L;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < atMost)
        {
            await Task.Delay(during, _leaving.Token);
            var now = (await _system.ReadHeldAsync(_leaving.Token)).Looks;
            if (now == looks)
            {
                return;
            }

            looks = now;
        }
    }

    private async Task<long> AnswerAsync(int client)
    {
        await _clients[client].PollAsync(_leaving.Token);
        return Stopwatch.GetTimestamp();
    }

    private async Task ThrowIfFailedAsync()
    {
        if (Array.Find(_answers, answer => answer?.IsFaulted == true) is { } failed)
        {
            await failed;
        }
    }
}
