using FuncComet.Bench.Costs;
using FuncComet.Bench.Simulating;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Computes what up to a million waiting clients need. The storage requests of a client come from a <see cref="WaitingSimulation"/>, memory
/// and CPU from the scenarios that have measured them, in this run or the last one.
/// </summary>
internal sealed class WaitingAtScale : IScenario
{
    public const string ScenarioName = "scale";
    public const string OfAClientName = "scale-of-a-client";
    public const string OfAnInstanceName = "scale-of-an-instance";
    public const string RequestsASecond = "storage requests a second";
    public const string FullName = "scale-full";
    public const string FullAt = "one storage account is full at, clients";

    private const string AMinute = "a minute for each held poll";
    private const string AMessage = "for each message";
    private const string AnInstance = "a minute for each instance";
    private const string MemoryOfAPoll = "memory of a held poll, KiB";
    private const string CpuOfAPoll = "CPU of 1,000 idle polls, % of one core";

    // More would not change what a client that never stays costs.
    private const int ManyInstances = 4;

    // The rate at which the requests of a message are counted: each client gets one every five minutes.
    private const double SimulatedMessagesAnHour = 12;

    // A visit of ten polls, as of a page that is closed.
    private const int PollsOfAVisit = 10;

    private static readonly TimeSpan Away = TimeSpan.FromMinutes(5);

    /// <summary>The timeouts that are compared: the longest, and the default.</summary>
    public static readonly IReadOnlyList<int> Timeouts = [220, 30];

    /// <summary>The numbers of clients.</summary>
    public static readonly IReadOnlyList<int> Clients = [100, 1_000, 10_000, 100_000, 1_000_000];

    public string Name => ScenarioName;

    public string Description => "what 100 to 1,000,000 waiting clients need, from simulated clients and from what was measured of a poll";

    /// <summary>The row of clients with polls of this timeout.</summary>
    public static string Row(int timeout, int clients) => FormattableString.Invariant($"polls of {timeout} s, {clients:N0} clients");

    public static string FullRow(int timeout) => $"polls of {timeout} s";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        AddOfAnInstance(run);
        var prices = Prices.Read();
        foreach (var timeout in Timeouts)
        {
            var client = new ClientRequests(
                timeout,
                await SimulateAsync(run, timeout, instances: 1, cancellationToken),
                await SimulateAsync(run, timeout, ManyInstances, cancellationToken));
            foreach (var clients in Clients)
            {
                AddClients(run, prices, client, timeout, clients);
            }

            var full = ScaleModel.FullAt(prices, client, run.MessagesAnHour);
            run.Report.Add(FullName, FullRow(timeout), FullAt, full);
            run.Progress($"polls of {timeout} s: one storage account is full at {full:N0} clients");
        }
    }

    private static void AddClients(Run run, Prices prices, ClientRequests client, int timeout, int clients)
    {
        var needs = ScaleModel.Of(prices, client, clients, run.MessagesAnHour);
        var row = Row(timeout, clients);
        run.Report.Add(ScenarioName, row, "instances", needs.Instances);
        run.Report.Add(ScenarioName, row, RequestsASecond, needs.Requests);
        run.Report.Add(ScenarioName, row, "of them for messages", needs.MessageRequests);
        run.Report.Add(ScenarioName, row, "% of one account", needs.Requests / ScaleModel.AccountRequestsASecond * 100);
        run.Report.Add(ScenarioName, row, "storage accounts", needs.Accounts);
        foreach (var gigabytes in prices.Functions.InstanceGigabytes)
        {
            var month = ScaleModel.Month(prices, client, clients, run.MessagesAnHour, gigabytes);
            run.Report.Add(ScenarioName, row, FormattableString.Invariant($"$ a month at {gigabytes * 1024:N0} MB"), month);
        }
    }

    /// <summary>What is known of memory and CPU; says what is not.</summary>
    private static void AddOfAnInstance(Run run)
    {
        var held = Find(Growth.Row(1, 1_000), "CPU, % of one core");
        Add(MemoryOfAPoll, run.Report.Find(Memory.ScenarioName, SystemNames.Stored, Memory.Process)
            ?? run.Earlier?.Find(Memory.ScenarioName, SystemNames.Stored, Memory.Process), Memory.ScenarioName);
        Add(CpuOfAPoll, held, Growth.ScenarioName);

        double? Find(string row, string column) =>
            run.Report.Find(Growth.ScenarioName, row, column) ?? run.Earlier?.Find(Growth.ScenarioName, row, column);

        // A run of this scenario alone replaces the results of the last one, so it keeps what it has found there.
        void Add(string column, double? measured, string scenario)
        {
            if ((measured ?? run.Earlier?.Find(OfAnInstanceName, SystemNames.Stored, column)) is { } value)
            {
                run.Report.Add(OfAnInstanceName, SystemNames.Stored, column, value);
            }
            else
            {
                run.Progress($"{column}: measured neither in this run nor in the last one. Run the scenario {scenario}, too.");
            }
        }
    }

    private async Task<Requests> SimulateAsync(Run run, int timeout, int instances, CancellationToken cancellationToken)
    {
        var waiting = new SimulatedClients(instances, run.Scale.SimulatedClients, TimeSpan.FromSeconds(timeout));
        var idle = await CountAsync(waiting);
        var comingAndGoing = await CountAsync(waiting with { PollsOfAVisit = PollsOfAVisit, Away = Away });
        var withMessages = await CountAsync(waiting with { MessagesAnHour = SimulatedMessagesAnHour });
        var rest = (idle.APollAndMinute() * withMessages.PollMinutes) + (idle.AnInstanceAndMinute * withMessages.InstanceMinutes);
        var all = withMessages.OfMailboxes.Values.Sum() + withMessages.OfBells.Values.Sum();
        var message = (all - rest) / withMessages.Messages;
        var row = $"polls of {timeout} s, {(instances == 1 ? "at one instance" : "each at another instance")}";
        run.Report.Add(OfAClientName, row, AMinute, idle.APollAndMinute());
        run.Report.Add(OfAClientName, row, "of it presence", idle.APollAndMinute(CountingQueue.WriteMetadata));
        run.Report.Add(OfAClientName, row, "of it looks", idle.APollAndMinute(CountingQueue.Count));
        run.Report.Add(OfAClientName, row, "the same, in visits of ten polls", comingAndGoing.APollAndMinute());
        run.Report.Add(OfAClientName, row, AMessage, message);
        run.Report.Add(OfAClientName, row, AnInstance, idle.AnInstanceAndMinute);
        run.Progress($"{row}: {idle.APollAndMinute():F2} a minute, {message:F2} for each message");

        return new Requests(message, idle.APollAndMinute(), idle.AnInstanceAndMinute);

        Task<SimulatedRequests> CountAsync(SimulatedClients clients) => new WaitingSimulation(clients)
            .RunAsync(warmUp: 2 * clients.Timeout, counted: TimeSpan.FromHours(1), cancellationToken);
    }
}
