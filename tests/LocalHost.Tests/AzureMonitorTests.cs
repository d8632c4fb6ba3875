using System.IO.Compression;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class AzureMonitorTests(Azurite azurite)
{
    [Fact]
    public async Task APush_IsExportedToApplicationInsights_WhereItsConnectionStringIsSet()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string>
            {
                ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                    $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={collector.Url}/",
                ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED"] = "true",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            });
        using var client = new ApiClient(host.Url);

        // The exporter samples by its own rule, so it may leave out a single push.
        await Await.UntilAsync(
            async () =>
            {
                await client.PushAcceptedAsync("insights", "hello");
                return collector.Of("/v2.1/track").Any(export => Unpack(export).Contains("\"name\":\"push\"", StringComparison.Ordinal));
            },
            "a push among what is exported");
    }

    private static string Unpack(byte[] export)
    {
        // The exporter decides whether it compresses.
        if (export is not [0x1f, 0x8b, ..])
        {
            return System.Text.Encoding.UTF8.GetString(export);
        }

        using var reader = new StreamReader(new GZipStream(new MemoryStream(export), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
