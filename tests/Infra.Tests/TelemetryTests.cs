using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using FuncComet.LocalHost;
using FuncComet.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Infra.Tests;

/// <summary>The metrics table of docs/configuration.md, the app's instruments, the workbook and the alerts agree.</summary>
public sealed partial class TelemetryTests
{
    private static readonly string[] Lines =
    [
        .. from line in File.ReadAllLines(Path.Combine(RepositoryRoot.Folder, "docs", "configuration.md"))
           where line.StartsWith("| `funccomet.", StringComparison.Ordinal)
           select line,
    ];

    private static readonly string[] Metrics = [.. Lines.Select(line => line.Split('`')[1])];

    private static readonly string[] Workbook =
    [
        .. from item in JsonElement.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "workbook.json")))
               .GetProperty("items")
               .EnumerateArray()
           let content = item.GetProperty("content")
           where content.TryGetProperty("query", out _)
           select content.GetProperty("query").GetString(),
    ];

    private static readonly Dictionary<string, string> Alerts = Snapshot.Read("large")
        .All("Microsoft.Insights/scheduledQueryRules")
        .ToDictionary(
            rule => rule.GetProperty("name").GetString()!["fc-large-".Length..],
            rule => rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!);

    [Fact]
    public void Table_HasEveryInstrumentOfTheApp_WithItsKindAndUnit()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();

        _ = new FuncCometMetrics(meters);
        listener.Start();

        Assert.Equal(
            (from instrument in instruments
             where instrument.Meter.Scope == meters
             select $"| `{instrument.Name}` | {KindOf(instrument)}, {UnitOf(instrument)} |").Order(StringComparer.Ordinal),
            Lines.Select(line => $"{string.Join(" |", line.Split(" |")[..2])} |").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Workbook_ShowsEveryMetric_AndNoOther()
    {
        Assert.Equal(Metrics.Order(), Workbook.Select(MetricOf).Distinct().Order());
    }

    [Fact]
    public void Workbook_AsDeployed_HasTheDocumentedName()
    {
        var workbook = Snapshot.Read("default").Properties("Microsoft.Insights/workbooks");

        Assert.Equal("FuncComet", workbook.GetProperty("displayName").GetString());
    }

    [Fact]
    public void Alerts_AsDeployed_AreTheseSixOnDocumentedMetrics()
    {
        Assert.Equal(
            [
                ("dead-letters", "funccomet.dead_letters.waiting"),
                ("failed-polls", "funccomet.poll.duration"),
                ("failed-pushes", "funccomet.storage.requests"),
                ("held-polls", "funccomet.poll.held"),
                ("refused-polls", "funccomet.poll.duration"),
                ("storage-throttling", "funccomet.storage.requests"),
            ],
            Alerts.Select(alert => (alert.Key, MetricOf(alert.Value))).Order());
        Assert.All(Alerts.Values, query => Assert.Contains(MetricOf(query), Metrics));
    }

    [Fact]
    public void Queries_WhenTheyUseTagsAndValues_UseDocumentedOnes()
    {
        Assert.All(Workbook.Concat(Alerts.Values), query =>
        {
            var line = LineOf(query);
            var tags = Tag().Matches(query).Select(match => match.Groups["tag"].Value);
            var values = Literal().Matches(query).Select(match => match.Groups["value"].Value).Where(value => value != MetricOf(query));
            Assert.All(tags.Concat(values), word => Assert.Contains($"`{word}`", line, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Queries_OfGauges_TakeTheMaximum_BecauseInstancesReportTheSame()
    {
        var queries = Workbook.Concat(Alerts.Values).Where(query => LineOf(query).Contains("| gauge, ", StringComparison.Ordinal)).ToList();

        Assert.Equal(3, queries.Count);
        Assert.All(queries, query => Assert.Contains("= max(valueMax)", query, StringComparison.Ordinal));
    }

    // Refused polls are reported after two periods, because a full instance refuses polls until another has started. Failed polls are
    // reported at once.
    [Theory]
    [InlineData("failed-polls", 0, 1)]
    [InlineData("refused-polls", 950, 2)]
    [InlineData("held-polls", 855, 1)]
    public void Alert_OnPolls_HasItsThresholdAndPeriods(string name, int limit, int periods)
    {
        var rule = Snapshot.Read("large").All("Microsoft.Insights/scheduledQueryRules")
            .Single(each => each.GetProperty("name").GetString() == $"fc-large-{name}");
        var criterion = rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0];

        Assert.Equal(limit, criterion.GetProperty("threshold").GetInt32());
        Assert.Equal(periods, criterion.GetProperty("failingPeriods").GetProperty("minFailingPeriodsToAlert").GetInt32());
        Assert.Equal(periods, criterion.GetProperty("failingPeriods").GetProperty("numberOfEvaluationPeriods").GetInt32());
    }

    [Fact]
    public void Alert_OnHealth_FiresWhenTheAppDoesNotAnswer()
    {
        var test = Snapshot.Read("large").Properties("Microsoft.Insights/webtests");
        var alert = Snapshot.Read("large").Properties("Microsoft.Insights/metricAlerts");

        Assert.Contains("/api/health", test.GetProperty("Request").GetProperty("RequestUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, test.GetProperty("ValidationRules").GetProperty("ExpectedHttpStatusCode").GetInt32());
        Assert.Equal(3, test.GetProperty("Locations").GetArrayLength());
        Assert.EndsWith("/fc-large-health", alert.GetProperty("criteria").GetProperty("webTestId").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, alert.GetProperty("criteria").GetProperty("failedLocationCount").GetInt32());
        Assert.Single(alert.GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public void Alerts_WithoutAnAddressToSendThemTo_DoNotExist()
    {
        Assert.Empty(Snapshot.Read("default").All("Microsoft.Insights/scheduledQueryRules"));
        Assert.Empty(Snapshot.Read("default").All("Microsoft.Insights/metricAlerts"));
        Assert.Empty(Snapshot.Read("default").All("Microsoft.Insights/webtests"));
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        UpDownCounter<long> => "up-down counter",
        Histogram<double> => "histogram",
        ObservableGauge<long> or ObservableGauge<double> => "gauge",
        _ => instrument.GetType().Name,
    };

    // "{message}" is "messages" there.
    private static string UnitOf(Instrument instrument) => instrument.Unit == "s" ? "seconds" : $"{instrument.Unit!.Trim('{', '}')}s";

    private static string LineOf(string query) =>
        Lines.Single(line => line.StartsWith($"| `{MetricOf(query)}`", StringComparison.Ordinal));

    private static string MetricOf(string query) => Metric().Match(query).Groups["name"].Value;

    [GeneratedRegex("where name == '(?<name>[^']*)'")]
    private static partial Regex Metric();

    [GeneratedRegex(@"customDimensions\.(?<tag>\w+)")]
    private static partial Regex Tag();

    [GeneratedRegex("'(?<value>[^']*)'")]
    private static partial Regex Literal();
}
