using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.WakeUp.Tests;

/// <summary>The code in docs/wake-up.md is that of the example.</summary>
public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("csharp", "samples/WakeUp/*.cs", "tests/WakeUp.Tests/Samples.cs")]
    [InlineData("js", "samples/WakeUp/page/*.js")]
    public async Task Document_ShowsTheCodeOfTheExample(string language, params string[] files)
    {
        var code = await Task.WhenAll(files.SelectMany(Matching).Select(ReadAsync));
        var document = await ReadAsync(Path.Combine(RepositoryRoot.Folder, "docs", "wake-up.md"));

        var shown = Block().Matches(document)
            .Where(block => block.Groups["language"].Value == language)
            .Select(block => Lines(block.Groups["code"].Value))
            .ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Contains(code, file => Lines(file).Contains(block, StringComparison.Ordinal)));
    }

    private static string[] Matching(string pattern) => Directory.GetFiles(
        Path.Combine(RepositoryRoot.Folder, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern));

    // Ignores indentation and empty lines.
    private static string Lines(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    [GeneratedRegex("```(?<language>csharp|js)\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
