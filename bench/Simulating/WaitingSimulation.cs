using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Bench.Simulating;

/// <summary>
/// Counts the storage requests of clients that wait, by running Core itself on instances whose clock and storage are simulated. So an hour
/// takes a few seconds, and the counts do not depend on the machine.
/// </summary>
internal sealed class WaitingSimulation(SimulatedClients clients)
{
    // Also how long a client takes to poll again.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly Random _random = new(1);
    private long _delivered;

    /// <summary>Runs and counts.</summary>
    /// <param name="warmUp">How long the clients wait before anything is counted: at least two polls.</param>
    /// <param name="counted">For how long is counted.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<SimulatedRequests> RunAsync(TimeSpan warmUp, TimeSpan counted, CancellationToken cancellationToken)
    {
        var storage = new CountingStorage(_time);
        CoreInstance[] instances = [.. Enumerable.Range(0, clients.Instances).Select(_ => new CoreInstance(_time, storage))];
        using var leaving = new CancellationTokenSource();
        try
        {
            foreach (var instance in instances)
            {
                await instance.Get<InstanceBell>().StartAsync(cancellationToken);
            }

            var all = Enumerable.Range(0, clients.Count).Select(number => new Client(number, StartOf(number))).ToArray();
            await WaitAsync(instances, all, warmUp, leaving.Token, cancellationToken);
            storage.OfMailboxes.Clear();
            storage.OfBells.Clear();
            _delivered = 0;
            var waited = await WaitAsync(instances, all, counted, leaving.Token, cancellationToken);
            return new SimulatedRequests(
                new Dictionary<string, long>(storage.OfMailboxes),
                new Dictionary<string, long>(storage.OfBells),
                _delivered,
                waited.TotalMinutes,
                counted.TotalMinutes * clients.Instances);
        }
        finally
        {
            await leaving.CancelAsync();
            foreach (var instance in instances)
            {
                instance.Dispose();
            }
        }
    }

    // The ends of the first polls are spread evenly, as those of real clients are.
    private TimeSpan StartOf(int number) => clients.Timeout * number / clients.Count;

    /// <summary>Lets time pass, and returns for how long all polls together were held.</summary>
    private async Task<TimeSpan> WaitAsync(
        CoreInstance[] instances, Client[] all, TimeSpan time, CancellationToken leaving, CancellationToken cancellationToken)
    {
        var held = 0L;
        var pushes = clients.MessagesAnHour * Step.TotalHours;
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var client in all)
            {
                if (client.Poll is null or { IsCompleted: true })
                {
                    await EndAsync(client);
                    Begin(client, instances, leaving);
                }

                if (client.Poll is not null)
                {
                    held++;
                    if (_random.NextDouble() < pushes)
                    {
                        await PushAsync(client, instances);
                    }
                }
            }

            _time.Advance(Step);
        }

        return Step * held;
    }

    private async Task EndAsync(Client client)
    {
        if (client.Poll is not { } ended)
        {
            return;
        }

        _delivered += await ended switch
        {
            PollOutcome.Delivered => 1,
            PollOutcome.TimedOut => 0,
            var outcome => throw new InvalidOperationException($"A simulated poll has ended with {outcome}."),
        };
        client.Poll = null;
        client.Polls++;
        if (clients.PollsOfAVisit is { } visit && client.Polls % visit == 0)
        {
            client.BackAt = _time.GetUtcNow() + clients.Away;
        }
    }

    private void Begin(Client client, CoreInstance[] instances, CancellationToken leaving)
    {
        client.BackAt ??= _time.GetUtcNow() + client.StartsAfter;
        if (_time.GetUtcNow() < client.BackAt)
        {
            return;
        }

        client.Instance = (client.Instance + 1) % instances.Length;
        var request = new PollRequest(client.Recipient, clients.Timeout);
        client.Poll = instances[client.Instance].Get<LongPoll>().RunAsync(request, Answer.Written, leaving);
    }

    private async Task PushAsync(Client client, CoreInstance[] instances)
    {
        // With several instances, one at which the poll does not wait.
        var away = instances.Length == 1 ? 0 : _random.Next(1, instances.Length);
        var message = Message.Create(_time, "text/plain", key: null, "hello"u8.ToArray());
        var pushed = await instances[(client.Instance + away) % instances.Length].Get<MessagePush>()
            .SendAsync([client.Recipient], message, Message.DefaultTtl, delay: TimeSpan.Zero);
        if (pushed[0].Outcome != PushOutcome.Stored)
        {
            throw new InvalidOperationException($"A simulated push was {pushed[0].Outcome}.");
        }
    }

    private sealed class Client(int number, TimeSpan startsAfter)
    {
        public Recipient Recipient { get; } =
            Recipient.TryParse($"client-{number}", out var recipient) ? recipient : throw new InvalidOperationException();

        public TimeSpan StartsAfter => startsAfter;

        public int Instance { get; set; } = number;

        public int Polls { get; set; }

        public DateTimeOffset? BackAt { get; set; }

        public Task<PollOutcome>? Poll { get; set; }
    }

    private sealed class Answer : IPollAnswer
    {
        public static readonly Answer Written = new();

        public void Acknowledged(IReadOnlyList<string> expired)
        {
        }

        public Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken) =>
            Task.FromResult(WriteOutcome.Written);
    }
}

/// <summary>The clients of a simulation.</summary>
/// <param name="Instances">
/// How many instances there are. The polls of a client take turns at them, and a message is pushed where its client does not poll; with one
/// instance, all is there.
/// </param>
/// <param name="Count">How many clients there are.</param>
/// <param name="Timeout">The timeout of their polls.</param>
/// <param name="MessagesAnHour">How many messages each of them is sent in an hour of waiting, at random times.</param>
/// <param name="PollsOfAVisit">After how many polls in a row a client goes away; null if it never does.</param>
/// <param name="Away">For how long it stays away.</param>
internal sealed record SimulatedClients(
    int Instances, int Count, TimeSpan Timeout, double MessagesAnHour = 0, int? PollsOfAVisit = null, TimeSpan Away = default);

/// <summary>What a simulation has counted.</summary>
/// <param name="OfMailboxes">Requests to mailboxes, by operation.</param>
/// <param name="OfBells">Requests to the instances' bells, by operation.</param>
/// <param name="Messages">How many messages were delivered.</param>
/// <param name="PollMinutes">For how many minutes polls were held, all polls together.</param>
/// <param name="InstanceMinutes">The same for instances.</param>
internal sealed record SimulatedRequests(
    IReadOnlyDictionary<string, long> OfMailboxes,
    IReadOnlyDictionary<string, long> OfBells,
    long Messages,
    double PollMinutes,
    double InstanceMinutes)
{
    /// <summary>The requests a minute of a held poll; of one operation, if it is given.</summary>
    public double APollAndMinute(string? operation = null) =>
        (operation is null ? OfMailboxes.Values.Sum() : OfMailboxes.GetValueOrDefault(operation)) / PollMinutes;

    /// <summary>The requests a minute of an instance that holds polls.</summary>
    public double AnInstanceAndMinute => OfBells.Values.Sum() / InstanceMinutes;
}
