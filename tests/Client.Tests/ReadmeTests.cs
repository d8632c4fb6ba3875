using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.Client.Tests;

public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("src/Client/README.md")]
    public async Task Readme_WhenItShowsCode_MatchesTheCompiledSamples(string path)
    {
        var compiled = Lines(await ReadAsync("tests/Client.Tests/Samples.cs"));

        var shown = CSharp().Matches(await ReadAsync(path)).Select(block => Lines(block.Groups[1].Value)).ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Contains(block, compiled, StringComparison.Ordinal));
    }

    // Ignores indentation and empty lines.
    private static string Lines(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static Task<string> ReadAsync(string path) =>
        File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Folder, path), TestContext.Current.CancellationToken);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
