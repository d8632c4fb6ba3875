using FuncComet.Bench.Costs;
using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Tests;

public sealed class CostModelTests
{
    private static readonly UnitPrices Units = new("", UnitPerDay: 1.61, ConnectionsPerUnit: 1_000, MessagesPerUnitAndDay: 1_000_000);

    private static readonly Prices Prices = new(
        AsOf: "",
        Note: "",
        new StoragePrices("", PerTenThousandOperations: 0.004),
        new FunctionPrices("", PerGigabyteSecond: 0.000026, PerMillionExecutions: 0.40, InstanceGigabytes: [2], HeldPollsPerInstance: 950),
        Units,
        Units);

    [Fact]
    public void Waiting_WhenClientsNeedTwoInstances_CountsBoth()
    {
        var requests = new Requests(AMessage: 3, APollAndMinute: 3, AnInstanceAndMinute: 300);

        var cost = CostModel.Waiting(Prices, requests, gigabytes: 2, clients: 1_000);

        // Instances: 2 of 2 GB for 2,592,000 s. Executions: 2,592,000 s / 220 s for each client. Storage: (1,000 x 3 + 2 x 300) requests a
        // minute for 43,200 minutes.
        Assert.Equal(269.568, cost.Instances, precision: 3);
        Assert.Equal(4.713, cost.Executions, precision: 3);
        Assert.Equal(62.208, cost.Storage, precision: 3);
    }

    [Fact]
    public void Deliveries_OfAMillionMessages_CountTwoExecutionsEachAndTheRequests()
    {
        var cost = CostModel.Deliveries(Prices, new Requests(AMessage: 3, APollAndMinute: 0, AnInstanceAndMinute: 0));

        Assert.Equal(2.0, cost.Total, precision: 6);
    }

    [Theory]
    [InlineData(1, 48.3)]
    [InlineData(1_000, 48.3)]
    [InlineData(1_001, 96.6)]
    public void Connected_WhenAUnitIsNotFull_CountsAllOfIt(int clients, double expected) =>
        Assert.Equal(expected, CostModel.Connected(Units, clients), precision: 6);

    [Fact]
    public void Read_WhenTheFileIsTheShippedOne_HasAllPrices()
    {
        var prices = Costs.Prices.Read();

        Assert.Equal(0.004, prices.Storage.PerTenThousandOperations);
        Assert.Equal(0.000026, prices.Functions.PerGigabyteSecond);
        Assert.Equal(1.61, prices.WebPubSub.UnitPerDay);
    }

    [Fact]
    public void ForEach_WhenTheInstanceMakesRequestsOfItsOwn_SubtractsThem()
    {
        var requests = StorageRequests.ForEach(
            messages: 50,
            requests: 105,
            new IdleRequests(OfEach: 0, OfInstance: 150),
            others: 25,
            delivering: TimeSpan.FromSeconds(1),
            took: TimeSpan.FromSeconds(2));

        Assert.Equal(2, requests);
    }

    // In 60 seconds, the instance makes 100 requests and the 10 polls without a message 600. The 10 polls with a message are idle for 15
    // seconds on average.
    [Fact]
    public void ForEach_WhenPollsAreIdleBeforeTheirMessage_SubtractsTheirRequests()
    {
        var requests = StorageRequests.ForEach(
            messages: 10,
            requests: 870,
            new IdleRequests(OfEach: 60, OfInstance: 100),
            others: 10,
            delivering: TimeSpan.FromSeconds(30),
            took: TimeSpan.FromSeconds(60));

        Assert.Equal(2, requests, precision: 6);
    }

    [Fact]
    public void Apart_WhenFiftyPollsMakeMoreRequestsThanOne_SeparatesPollsFromInstance() =>
        Assert.Equal(new IdleRequests(OfEach: 3, OfInstance: 297), IdleRequests.Apart(ofOne: 300, ofMany: 447, many: 50));
}
