namespace FuncComet.Bench.Costs;

/// <summary>Dollars from counted requests and list prices. A month is 30 days.</summary>
internal static class CostModel
{
    private const double DaysAMonth = 30;
    private const double MinutesAMonth = DaysAMonth * 24 * 60;
    private const double SecondsAMonth = MinutesAMonth * 60;
    private const double PollSeconds = 220;

    /// <summary>An instance that is never idle.</summary>
    public static double InstanceMonth(FunctionPrices prices, double gigabytes) => gigabytes * SecondsAMonth * prices.PerGigabyteSecond;

    /// <summary>
    /// Clients on function instances that wait all month and get nothing: their instances, one execution for each poll of 220 seconds, and what is asked of Storage.
    /// </summary>
    public static Cost Waiting(Prices prices, Requests requests, double gigabytes, int clients)
    {
        var instances = Units(clients, prices.Functions.HeldPollsPerInstance);
        var operations = ((clients * requests.APollAndMinute) + (instances * requests.AnInstanceAndMinute)) * MinutesAMonth;
        return new Cost(
            instances * InstanceMonth(prices.Functions, gigabytes),
            clients * SecondsAMonth / PollSeconds * prices.Functions.PerMillionExecutions / 1e6,
            operations * prices.Storage.PerTenThousandOperations / 1e4);
    }

    /// <summary>A million deliveries to clients that wait anyway: a push and one more poll each, and what is asked of Storage.</summary>
    public static Cost Deliveries(Prices prices, Requests requests) =>
        new(0, 2 * prices.Functions.PerMillionExecutions, 1e6 * requests.AMessage * prices.Storage.PerTenThousandOperations / 1e4);

    /// <summary>Clients that are connected all month to a service that is paid for by the unit.</summary>
    public static double Connected(UnitPrices prices, int clients) => Units(clients, prices.ConnectionsPerUnit) * prices.UnitPerDay * DaysAMonth;

    /// <summary>A million messages that the units of the connections do not include.</summary>
    public static double Messages(UnitPrices prices) => 1e6 / prices.MessagesPerUnitAndDay * prices.UnitPerDay;

    private static int Units(int clients, int each) => (clients + each - 1) / each;
}

/// <summary>Storage requests, as counted.</summary>
/// <param name="AMessage">For a delivery, the next poll's look included.</param>
/// <param name="APollAndMinute">For a poll that waits.</param>
/// <param name="AnInstanceAndMinute">For an instance that holds any.</param>
internal sealed record Requests(double AMessage, double APollAndMinute, double AnInstanceAndMinute);

/// <summary>Dollars, by what they are paid for.</summary>
internal sealed record Cost(double Instances, double Executions, double Storage)
{
    public double Total => Instances + Executions + Storage;
}
