using System.Xml.Linq;
using FuncComet.LocalHost.Storage;
using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>A file of JavaScript tests, run by <c>node --test</c>.</summary>
internal sealed class NodeSuite
{
    private NodeSuite(XElement report, string log)
    {
        Log = log;
        Tests = [.. report.Descendants("testcase")];
    }

    /// <summary>What a reader at a terminal would have seen.</summary>
    public string Log { get; }

    public int Count => Tests.Count;

    /// <summary>Each test that failed or was left out: its name, and under it what is wrong.</summary>
    public IReadOnlyCollection<string> Failures =>
    [
        .. from test in Tests
           from wrong in test.Elements("failure").Concat(test.Elements("skipped"))
           select $"{test.Attribute("name")!.Value}{Environment.NewLine}{(wrong.Name == "skipped" ? "was skipped" : wrong.Value.Trim())}",
    ];

    private IReadOnlyCollection<XElement> Tests { get; }

    public static async Task<NodeSuite> RunAsync(string file)
    {
        await NodeTools.OfTests.EnsureInstalledAsync(Console.Out, TestContext.Current.CancellationToken);
        var run = await ProgramResult.OfAsync(
            "node", "--test", "--test-timeout=45000", "--test-reporter=junit", "--test-reporter-destination=stdout", "--test-reporter=spec", "--test-reporter-destination=stderr", file);
        return new NodeSuite(XElement.Parse(run.Output), run.Errors);
    }
}
