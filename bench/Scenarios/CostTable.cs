using FuncComet.Bench.Costs;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Computes the cost of waiting and of deliveries at list prices, from the requests that the storage scenario counted in the same run.
/// </summary>
internal sealed class CostTable : IScenario
{
    public const string ScenarioName = "cost";

    // After a delivery the client polls again, and that poll starts with a look into the mailbox.
    private const int NextLook = 1;

    private const string AClient = "$ a waiting client and month";
    private const string Million = "$ a million deliveries";
    private const string Floor = "the least while anybody waits, $ a month";

    private static readonly int[] Clients = [100, 1_000, 100_000];

    public string Name => ScenarioName;

    public string Description => "the cost of waiting clients and of deliveries at list prices; runs storage first if it is not selected";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        if (run.Report.Find(StorageRequests.ScenarioName, SystemNames.Stored, StorageRequests.AMessage) is null)
        {
            await new StorageRequests().RunAsync(run, cancellationToken);
        }

        var prices = Prices.Read();
        foreach (var system in new[] { SystemNames.Stored, SystemNames.Direct, SystemNames.NaiveSecond })
        {
            foreach (var gigabytes in prices.Functions.InstanceGigabytes)
            {
                AddFunctions(run, prices, system, gigabytes);
            }
        }

        AddUnits(run, "Azure SignalR Service, standard", prices.SignalRService);
        AddUnits(run, "Azure Web PubSub, standard", prices.WebPubSub);
    }

    private void AddFunctions(Run run, Prices prices, string system, double gigabytes)
    {
        var requests = new Requests(
            Counted(StorageRequests.AMessage) + NextLook,
            Counted(StorageRequests.IdlePoll),
            Counted(StorageRequests.IdleInstance));
        foreach (var clients in Clients)
        {
            var row = FormattableString.Invariant($"{system}; {gigabytes} GB; {clients:N0} clients");
            var cost = CostModel.Waiting(prices, requests, gigabytes, clients);
            run.Report.Add(Name, row, AClient, cost.Total / clients);
            run.Report.Add(Name, row, "of it instances", cost.Instances / clients);
            run.Report.Add(Name, row, "executions", cost.Executions / clients);
            run.Report.Add(Name, row, "storage", cost.Storage / clients);
            run.Report.Add(Name, row, Million, CostModel.Deliveries(prices, requests).Total);
            run.Report.Add(Name, row, Floor, CostModel.InstanceMonth(prices.Functions, gigabytes));
        }

        double Counted(string column) => run.Report.Find(StorageRequests.ScenarioName, system, column)!.Value;
    }

    private void AddUnits(Run run, string service, UnitPrices prices)
    {
        foreach (var clients in Clients)
        {
            var row = FormattableString.Invariant($"{service}; {clients:N0} clients");
            run.Report.Add(Name, row, AClient, CostModel.Connected(prices, clients) / clients);
            run.Report.Add(Name, row, Million, CostModel.Messages(prices));
            run.Report.Add(Name, row, Floor, CostModel.Connected(prices, clients: 1));
        }
    }
}
