using System.Diagnostics;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Measuring;

/// <summary>Clients that wait, each for messages of a recipient of its own, numbered from 0.</summary>
internal sealed class WaitingClients : IAsyncDisposable
{
    // Opened a few at a time: a burst beyond the listening socket's backlog would be answered by the kernel's own pauses.
    private const int AtATime = 200;

    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    // From being counted as held to waiting for good; a SignalR client's poll follows its connection.
    private static readonly TimeSpan Arming = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestArming = TimeSpan.FromSeconds(5);

    // Longer than the first three pauses between two looks (250 ms, 500 ms, 1 s), which are those of a poll that has just come; after the next, 2 s, few look at a time.
    private static readonly TimeSpan Resting = TimeSpan.FromMilliseconds(1_200);
    private static readonly TimeSpan LongestToRest = TimeSpan.FromSeconds(60);

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
        _clients = [.. Enumerable.Range(0, count).Select(i => system.NewClient($"r{i}", spread ? Http.LongestPoll * (i + 1) / count : Http.LongestPoll))];
    }

    public int Count => _clients.Length;

    /// <summary>Returns when all are held.</summary>
    /// <param name="system">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="spread">
    /// True where they are only watched: their polls' ends are spread evenly over time, as those of many clients are, and a system that cannot hold them all
    /// holds those that it can.
    /// </param>
    /// <param name="cancellationToken">Calls it off.</param>
    public static async Task<WaitingClients> HoldAsync(IPushSystem system, int count, bool spread, CancellationToken cancellationToken)
    {
        var clients = new WaitingClients(system, count, spread, cancellationToken);
        try
        {
            var all = await clients.PollAllAsync();
            return all || spread ? clients : throw new TimeoutException($"{system.Name} did not come to hold {count} polls.");
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends some clients messages again and again for this long: until its code is compiled for good a system is slower than it is.</summary>
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

    /// <summary>All of them, answered, poll again; false where they are not held for long.</summary>
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

    /// <summary>Pushes to a client that waits; from before the push is sent until the answer has been read.</summary>
    public async Task<TimeSpan> PushAsync(int client)
    {
        var began = Stopwatch.GetTimestamp();
        var push = _system.PushAsync($"r{client}", _leaving.Token);

        // A push that fails would be waited for in vain, and so would a message that got lost.
        await await Task.WhenAny(push, _answers[client]);
        var read = await _answers[client].WaitAsync(LongestDelivery, _leaving.Token);
        await push;
        return Stopwatch.GetElapsedTime(began, read);
    }

    /// <summary>The client, answered, polls again; returns at once.</summary>
    public void Poll(int client) => _answers[client] = AnswerAsync(client);

    /// <summary>True when this many are held and wait; false where they are not for long.</summary>
    public async Task<bool> AreHeldAsync(int count)
    {
        for (var began = Stopwatch.GetTimestamp(); (await _system.ReadHeldAsync(_leaving.Token)).Clients < count; await Task.Delay(Look, _leaving.Token))
        {
            if (Stopwatch.GetElapsedTime(began) > LongestHold)
            {
                return false;
            }

            await ThrowIfFailedAsync();
        }

        await NoLooksAsync(Arming, LongestArming);
        return true;
    }

    /// <summary>Returns when what newcomers cost is over: until then the storage is busy with them, and not with what is measured.</summary>
    public Task RestAsync() => NoLooksAsync(Resting, LongestToRest);

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await ((Task)Task.WhenAll(_answers.Where(answer => answer is not null))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Parallel.ForEachAsync(_clients, async (client, _) => await client.DisposeAsync());
        _leaving.Dispose();

        // What the next ones are sent is not for polls that are still being left.
        for (var began = Stopwatch.GetTimestamp(); !_calledOff.IsCancellationRequested && (await _system.ReadHeldAsync(CancellationToken.None)).Clients > 0 && Stopwatch.GetElapsedTime(began) < LongestHold;)
        {
            await Task.Delay(Look, CancellationToken.None);
        }
    }

    // A FuncComet poll waits for good when a look has found its mailbox empty: when no more looks come to their end, those for the newcomers are done.
    private async Task NoLooksAsync(TimeSpan during, TimeSpan atMost)
    {
        var looks = -1L;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < atMost;)
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
