using System.Xml.Linq;
using FuncComet.LocalHost.Storage;
using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>The result of running a file of JavaScript tests with <c>node --test</c>.</summary>
internal sealed class NodeSuite
{
    private NodeSuite(XElement report, string log)
    {
        Log = log;
        Tests = [.. report.Descendants("testcase")];
    }

    /// <summary>The report that Node would print to a terminal.</summary>
    public string Log { get; }

    public int Count => Tests.Count;

    /// <summary>The tests that failed or were skipped: each with its name and, on the next lines, the failure.</summary>
    public IReadOnlyCollection<string> Failures =>
    [
        .. from test in Tests
           from failure in test.Elements("failure").Concat(test.Elements("skipped"))
           let what = failure.Name == "skipped" ? "was skipped" : failure.Value.Trim()
           select $"{test.Attribute("name")!.Value}{Environment.NewLine}{what}",
    ];

    private IReadOnlyCollection<XElement> Tests { get; }

    public static async Task<NodeSuite> RunAsync(string file)
    {
        await NodeTools.OfTests.EnsureInstalledAsync(Console.Out, TestContext.Current.CancellationToken);
        var run = await ProgramResult.OfAsync(
            "node",
            "--test",
            "--test-timeout=45000",
            "--test-reporter=junit",
            "--test-reporter-destination=stdout",
            "--test-reporter=spec",
            "--test-reporter-destination=stderr",
            file);
        return new NodeSuite(XElement.Parse(run.Output), run.Errors);
    }
}
