namespace FuncComet.Bench.Costs;

/// <summary>Computes costs in dollars from counted requests and list prices. A month is 30 days.</summary>
internal static class CostModel
{
    private const double DaysAMonth = 30;
    private const double MinutesAMonth = DaysAMonth * 24 * 60;
    private const double SecondsAMonth = MinutesAMonth * 60;
    private const double LongestPollSeconds = 220;

    /// <summary>How many instances hold a poll of each client.</summary>
    public static int Instances(FunctionPrices prices, int clients) => Units(clients, prices.HeldPollsPerInstance);

    /// <summary>The monthly cost of an instance that is never idle.</summary>
    public static double InstanceMonth(FunctionPrices prices, double gigabytes) => gigabytes * SecondsAMonth * prices.PerGigabyteSecond;

    /// <summary>
    /// The monthly cost of clients that wait all the time and receive nothing: the instances that hold their polls, one execution for each
    /// poll, by default of 220 seconds, and the storage requests.
    /// </summary>
    public static Cost Waiting(Prices prices, Requests requests, double gigabytes, int clients, double pollSeconds = LongestPollSeconds)
    {
        var instances = Instances(prices.Functions, clients);
        var operations = ((clients * requests.APollAndMinute) + (instances * requests.AnInstanceAndMinute)) * MinutesAMonth;
        return new Cost(
            instances * InstanceMonth(prices.Functions, gigabytes),
            clients * SecondsAMonth / pollSeconds * prices.Functions.PerMillionExecutions / 1e6,
            operations * prices.Storage.PerTenThousandOperations / 1e4);
    }

    /// <summary>
    /// The cost of a million deliveries to clients that are waiting already: two executions each (the push and one more poll) and the
    /// storage requests.
    /// </summary>
    public static Cost Deliveries(Prices prices, Requests requests) =>
        new(0, 2 * prices.Functions.PerMillionExecutions, 1e6 * requests.AMessage * prices.Storage.PerTenThousandOperations / 1e4);

    /// <summary>The monthly cost of clients that are always connected to a service billed by the unit.</summary>
    public static double Connected(UnitPrices prices, int clients) =>
        Units(clients, prices.ConnectionsPerUnit) * prices.UnitPerDay * DaysAMonth;

    /// <summary>The cost of a million messages beyond those that the units of the connections include.</summary>
    public static double Messages(UnitPrices prices) => 1e6 / prices.MessagesPerUnitAndDay * prices.UnitPerDay;

    private static int Units(int clients, int each) => (clients + each - 1) / each;
}

/// <summary>Counted storage requests.</summary>
/// <param name="AMessage">For each delivery, including the first look of the poll that follows it.</param>
/// <param name="APollAndMinute">For each held poll, a minute.</param>
/// <param name="AnInstanceAndMinute">For each instance that holds polls, a minute.</param>
internal sealed record Requests(double AMessage, double APollAndMinute, double AnInstanceAndMinute);

/// <summary>A cost in dollars, by what it is paid for.</summary>
internal sealed record Cost(double Instances, double Executions, double Storage)
{
    public double Total => Instances + Executions + Storage;
}
