using System.Text.Json;

namespace FuncComet.Bench.Costs;

/// <summary>List prices in US dollars: inputs, with their date and links, in prices.json.</summary>
internal sealed record Prices(string AsOf, string Note, StoragePrices Storage, FunctionPrices Functions, UnitPrices SignalRService, UnitPrices WebPubSub)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public static Prices Read() =>
        JsonSerializer.Deserialize<Prices>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Costs", "prices.json")), Json)!;
}

/// <summary>Queue operations.</summary>
internal sealed record StoragePrices(string Link, double PerTenThousandOperations);

/// <summary>Flex Consumption on demand: an instance's whole memory is paid for while it serves anything.</summary>
/// <param name="Link">Where the prices are published.</param>
/// <param name="PerGigabyteSecond">Of an instance that serves.</param>
/// <param name="PerMillionExecutions">Each poll and each push is one.</param>
/// <param name="InstanceGigabytes">The sizes to reckon with.</param>
/// <param name="HeldPollsPerInstance">How many polls an instance is let hold: 95 % of the platform's most concurrent requests.</param>
internal sealed record FunctionPrices(string Link, double PerGigabyteSecond, double PerMillionExecutions, IReadOnlyList<double> InstanceGigabytes, int HeldPollsPerInstance);

/// <summary>A service that is paid for by the unit and day.</summary>
internal sealed record UnitPrices(string Link, double UnitPerDay, int ConnectionsPerUnit, int MessagesPerUnitAndDay);
