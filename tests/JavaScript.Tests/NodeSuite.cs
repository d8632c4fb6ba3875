using System.Diagnostics;
using System.Xml.Linq;
using FuncComet.LocalHost;

namespace FuncComet.JavaScript.Tests;

/// <summary>A file of JavaScript tests, run by <c>node --test</c>.</summary>
internal sealed class NodeSuite
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

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

    public static async Task<NodeSuite> RunAsync(string file, CancellationToken cancellationToken)
    {
        using var node = Process.Start(new ProcessStartInfo(
            "node",
            ["--test", "--test-timeout=60000", "--test-reporter=junit", "--test-reporter-destination=stdout", "--test-reporter=spec", "--test-reporter-destination=stderr", file])
        {
            WorkingDirectory = RepositoryRoot.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(Longest);
        try
        {
            var report = node.StandardOutput.ReadToEndAsync(end.Token);
            var log = node.StandardError.ReadToEndAsync(end.Token);
            await node.WaitForExitAsync(end.Token);
            return new NodeSuite(XElement.Parse(await report), await log);
        }
        finally
        {
            // A suite that does not end, such as one that left a timer, has children.
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }
    }
}
