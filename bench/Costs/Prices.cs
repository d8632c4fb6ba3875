using System.Text.Json;

namespace FuncComet.Bench.Costs;

/// <summary>List prices in US dollars, read from prices.json together with their date and their sources.</summary>
internal sealed record Prices(
    string AsOf,
    string Note,
    StoragePrices Storage,
    FunctionPrices Functions,
    UnitPrices SignalRService,
    UnitPrices WebPubSub)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public static Prices Read() =>
        JsonSerializer.Deserialize<Prices>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Costs", "prices.json")), Json)!;
}

/// <summary>The prices of queue operations.</summary>
internal sealed record StoragePrices(string Link, double PerTenThousandOperations);

/// <summary>The prices of Flex Consumption on demand, which bills an instance's whole memory while it serves any request.</summary>
/// <param name="Link">The page that publishes the prices.</param>
/// <param name="PerGigabyteSecond">For memory, while the instance serves requests.</param>
/// <param name="PerMillionExecutions">For executions; each poll and each push is one.</param>
/// <param name="InstanceGigabytes">The instance sizes to compare.</param>
/// <param name="HeldPollsPerInstance">The polls that an instance may hold: 95 % of the platform's limit of concurrent requests.</param>
internal sealed record FunctionPrices(
    string Link,
    double PerGigabyteSecond,
    double PerMillionExecutions,
    IReadOnlyList<double> InstanceGigabytes,
    int HeldPollsPerInstance);

/// <summary>The prices of a service that is billed by the unit and day.</summary>
internal sealed record UnitPrices(string Link, double UnitPerDay, int ConnectionsPerUnit, int MessagesPerUnitAndDay);
