using FuncComet.Bench.Costs;

namespace FuncComet.Bench.Tests;

public sealed class ScaleModelTests
{
    private static readonly UnitPrices Units = new("", UnitPerDay: 1.61, ConnectionsPerUnit: 1_000, MessagesPerUnitAndDay: 1_000_000);

    private static readonly Prices Prices = new(
        AsOf: "",
        Note: "",
        new StoragePrices("", PerTenThousandOperations: 0.004),
        new FunctionPrices("", PerGigabyteSecond: 0.000026, PerMillionExecutions: 0.40, InstanceGigabytes: [2], HeldPollsPerInstance: 950),
        Units,
        Units);

    private static readonly ClientRequests Client = new(
        PollSeconds: 220,
        Staying: new Requests(AMessage: 2, APollAndMinute: 2, AnInstanceAndMinute: 300),
        Moving: new Requests(AMessage: 10, APollAndMinute: 3, AnInstanceAndMinute: 300));

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 2.5, 6)]
    [InlineData(4, 2.75, 8)]
    public void At_WithSeveralInstances_TakesOneInSoManyAsStaying(int instances, double aMinute, double aMessage) =>
        Assert.Equal(new Requests(aMessage, aMinute, 300), Client.At(instances));

    // 950 polls of 2 requests a minute and an instance of 300: 2,200 a minute. 950 messages an hour of 2 requests each.
    [Fact]
    public void Of_ClientsOfOneInstance_CountsPollsInstanceAndMessages()
    {
        var needs = ScaleModel.Of(Prices, Client, clients: 950, messagesAnHour: 1);

        Assert.Equal(1, needs.Instances);
        Assert.Equal(36.667, needs.IdleRequests, precision: 3);
        Assert.Equal(0.528, needs.MessageRequests, precision: 3);
        Assert.Equal(1, needs.Accounts);
    }

    // 1,053 instances, nearly all polls of which are moving: 2.99905 requests a minute each, and 315,900 of the instances.
    [Fact]
    public void Of_AMillionClients_NeedsThreeAccounts()
    {
        var needs = ScaleModel.Of(Prices, Client, clients: 1_000_000, messagesAnHour: 0);

        Assert.Equal(1_053, needs.Instances);
        Assert.Equal(55_249.172, needs.Requests, precision: 3);
        Assert.Equal(3, needs.Accounts);
    }

    // Instances 269.568, executions 4.713, storage (1,000 x 2.5 + 2 x 300) x 43,200 / 10,000 x 0.004; and 0.72 million messages of 2
    // executions (0.80) and 6 requests (2.40) each.
    [Fact]
    public void Month_OfAThousandClients_AddsWaitingAndMessages() =>
        Assert.Equal(
            269.568 + 4.713 + 53.568 + 2.304,
            ScaleModel.Month(Prices, Client, clients: 1_000, messagesAnHour: 1, gigabytes: 2),
            precision: 3);

    // A client of 30-second polls makes 7.3 times as many executions: 34.56 dollars.
    [Fact]
    public void Month_OfShorterPolls_CountsTheirExecutions() =>
        Assert.Equal(
            269.568 + 34.56 + 53.568,
            ScaleModel.Month(Prices, Client with { PollSeconds = 30 }, clients: 1_000, messagesAnHour: 0, gigabytes: 2),
            precision: 3);

    [Fact]
    public void FullAt_IsTheLastNumberOfClientsThatOneAccountServes()
    {
        var full = ScaleModel.FullAt(Prices, Client, messagesAnHour: 0);

        Assert.Equal(362_115, full);
        Assert.Equal(1, ScaleModel.Of(Prices, Client, full, messagesAnHour: 0).Accounts);
        Assert.Equal(2, ScaleModel.Of(Prices, Client, full + 1, messagesAnHour: 0).Accounts);
    }
}
