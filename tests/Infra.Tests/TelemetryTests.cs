using System.Text.Json;
using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.Infra.Tests;

/// <summary>The README's telemetry table, the workbook and the alerts speak of the same.</summary>
public sealed partial class TelemetryTests
{
    private static readonly string[] Lines =
        [.. File.ReadAllLines(Path.Combine(RepositoryRoot.Folder, "README.md")).Where(line => line.StartsWith("| `funccomet.", StringComparison.Ordinal))];

    private static readonly string[] Metrics = [.. Lines.Select(line => line.Split('`')[1])];

    private static readonly string[] Workbook =
    [
        .. from item in JsonElement.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "workbook.json"))).GetProperty("items").EnumerateArray()
           where item.GetProperty("content").TryGetProperty("query", out _)
           select item.GetProperty("content").GetProperty("query").GetString(),
    ];

    private static readonly Dictionary<string, string> Alerts = Snapshot.Read("large").All("Microsoft.Insights/scheduledQueryRules").ToDictionary(
        rule => rule.GetProperty("name").GetString()!["fc-large-".Length..],
        rule => rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!);

    [Fact]
    public void Workbook_ShowsEveryMetric_AndNoOther()
    {
        Assert.Equal(Metrics.Order(), Workbook.Select(MetricOf).Distinct().Order());
    }

    [Fact]
    public void Workbook_IsFoundByTheNameThatTheDocumentationGives()
    {
        Assert.Equal("FuncComet", Snapshot.Read("default").Properties("Microsoft.Insights/workbooks").GetProperty("displayName").GetString());
    }

    [Fact]
    public void Alerts_AreTheseFive_OnMetricsThatThereAre()
    {
        Assert.Equal(
            [
                ("dead-letters", "funccomet.dead_letters"),
                ("failed-polls", "funccomet.poll.duration"),
                ("failed-pushes", "funccomet.storage.requests"),
                ("held-polls", "funccomet.poll.held"),
                ("storage-throttling", "funccomet.storage.requests"),
            ],
            Alerts.Select(alert => (alert.Key, MetricOf(alert.Value))).Order());
        Assert.All(Alerts.Values, query => Assert.Contains(MetricOf(query), Metrics));
    }

    [Fact]
    public void Queries_LookForTagsAndValuesThatTheTableHas()
    {
        Assert.All(Workbook.Concat(Alerts.Values), query =>
        {
            var line = Lines.Single(each => each.StartsWith($"| `{MetricOf(query)}`", StringComparison.Ordinal));
            var tags = Tag().Matches(query).Select(match => match.Groups["tag"].Value);
            var values = Literal().Matches(query).Select(match => match.Groups["value"].Value).Where(value => value != MetricOf(query));
            Assert.All(tags.Concat(values), word => Assert.Contains($"`{word}`", line, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void HeldPolls_AreReportedFromNineTenthsOfTheLimitOn()
    {
        var rule = Snapshot.Read("large").All("Microsoft.Insights/scheduledQueryRules").Single(each => each.GetProperty("name").GetString() == "fc-large-held-polls");

        Assert.Equal(855, rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("threshold").GetInt32());
    }

    [Fact]
    public void WithoutAnAddress_ThereAreNoAlerts()
    {
        Assert.Empty(Snapshot.Read("default").All("Microsoft.Insights/scheduledQueryRules"));
    }

    private static string MetricOf(string query) => Metric().Match(query).Groups["name"].Value;

    [GeneratedRegex("where name == '(?<name>[^']*)'")]
    private static partial Regex Metric();

    [GeneratedRegex(@"customDimensions\.(?<tag>\w+)")]
    private static partial Regex Tag();

    [GeneratedRegex("'(?<value>[^']*)'")]
    private static partial Regex Literal();
}
