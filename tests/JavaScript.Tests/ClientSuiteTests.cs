using FuncComet.LocalHost;

namespace FuncComet.JavaScript.Tests;

/// <summary>Runs the JavaScript client's own test suites, in clients/js/test.</summary>
public sealed class ClientSuiteTests(ITestOutputHelper output)
{
    private const string Folder = "clients/js/test";

    public static TheoryData<string> Suites =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Folder, Folder), "*.test.js").Select(file => Path.GetFileName(file)!).Order()];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Suite_WhenRunByNode_HasNoFailure(string suite)
    {
        var run = await NodeSuite.RunAsync($"{Folder}/{suite}");

        output.WriteLine(run.Log);
        var failures = string.Join($"{Environment.NewLine}{Environment.NewLine}", run.Failures);
        Assert.True(run.Failures.Count == 0, $"{run.Failures.Count} of {run.Count} tests failed:{Environment.NewLine}{failures}");
        Assert.NotEqual(0, run.Count);
    }

    [Fact]
    public async Task Suite_WhenTestsFail_NamesEachWithItsError()
    {
        var run = await NodeSuite.RunAsync("tests/JavaScript.Tests/failing.mjs");

        Assert.Equal(4, run.Count);
        Assert.Collection(
            run.Failures,
            failure =>
            {
                Assert.StartsWith("an assertion", failure, StringComparison.Ordinal);
                Assert.Contains("one is not two", failure, StringComparison.Ordinal);
                Assert.Contains("failing.mjs:6", failure, StringComparison.Ordinal);
            },
            failure => Assert.Contains("TypeError", failure, StringComparison.Ordinal),
            failure => Assert.Equal($"skipped{Environment.NewLine}was skipped", failure));
    }

    [Fact]
    public async Task Suite_WhenItDoesNotLoad_Fails()
    {
        var run = await NodeSuite.RunAsync("tests/JavaScript.Tests/unloadable.mjs");

        Assert.Single(run.Failures);
        Assert.Contains("no-such-module", run.Log, StringComparison.Ordinal);
    }
}
