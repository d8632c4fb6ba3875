using System.Buffers;
using FuncComet.LocalHost;
using FuncComet.Testing;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace FuncComet.Infra.Tests.Docs;

/// <summary>The targets of links and paths in the repository's Markdown files exist.</summary>
public sealed class MarkdownTests : IDisposable
{
    private static readonly string[] Roots =
        ["src/", "tests/", "docs/", "clients/", "infra/", "bench/", ".ci/", ".github/", ".devcontainer/"];

    // A path with one of these characters is a pattern or a command.
    private static readonly SearchValues<char> NoPath = SearchValues.Create(" *<{…");

    // As on GitHub: with tables, and with an anchor for each heading.
    private static readonly MarkdownPipeline GitHub =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Links_OfTheRepository_LeadToFilesAndHeadings()
    {
        var listed = await ProgramResult.OfAsync("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md");
        Assert.True(listed.ExitCode == 0, listed.Errors);
        var files = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("README.md", files);
        Assert.Contains("docs/protocol.md", files);
        Assert.Empty(files.SelectMany(file => Broken(RepositoryRoot.Folder, file)));
    }

    [Theory]
    [InlineData("[x](there.md)")]
    [InlineData("[x](there.md#a-heading-with-code)")]
    [InlineData("[x](#here)\n\n# Here")]
    [InlineData("![x](there.md)")]
    [InlineData("`docs/nowhere`, which is no link, and `a/path/of/nothing`", "docs/nowhere")]
    [InlineData("[x](https://example.com/#nowhere)")]
    public void Link_ThatLeadsSomewhere_IsNotReported(string text, string? missing = null)
    {
        Assert.Equal(missing is null ? [] : [$"docs/it.md: {missing} does not exist"], BrokenIn(text));
    }

    [Theory]
    [InlineData("[x](nowhere.md)", "nowhere.md")]
    [InlineData("![x](nowhere.png)", "nowhere.png")]
    [InlineData("[x](there.md#nowhere)", "there.md#nowhere")]
    [InlineData("[x](#nowhere)", "#nowhere")]
    [InlineData("| a |\n|---|\n| [x](nowhere.md) |", "nowhere.md")]
    [InlineData("[x]\n\n[x]: nowhere.md", "nowhere.md")]
    public void Link_ThatLeadsNowhere_IsReported(string text, string link)
    {
        Assert.Equal([$"docs/it.md: {link} does not exist"], BrokenIn(text));
    }

    private IEnumerable<string> BrokenIn(string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "docs"));
        File.WriteAllText(Path.Combine(_folder.Path, "docs", "there.md"), "# A heading, with `code`\n");
        File.WriteAllText(Path.Combine(_folder.Path, "docs", "it.md"), text);
        return Broken(_folder.Path, "docs/it.md");
    }

    private static IEnumerable<string> Broken(string root, string file)
    {
        var document = Parse(Path.Combine(root, file));
        var links = from link in document.Descendants<LinkInline>()
                    where !Uri.IsWellFormedUriString(link.Url, UriKind.Absolute) && !Exists(root, file, link.Url!)
                    select link.Url;

        // A path in code format is no link, but can go stale like one.
        var paths = from code in document.Descendants<CodeInline>()
                    where Roots.Any(each => code.Content.StartsWith(each, StringComparison.Ordinal))
                    where !code.Content.AsSpan().ContainsAny(NoPath) && !Path.Exists(Path.Combine(root, code.Content))
                    select code.Content;
        return links.Concat(paths).Select(missing => $"{file}: {missing} does not exist");
    }

    private static bool Exists(string root, string file, string link)
    {
        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? Path.Combine(root, file) : Path.Combine(root, Path.GetDirectoryName(file)!, parts[0]);
        return Path.Exists(target)
            && (parts.Length == 1 || Parse(target).Descendants<HeadingBlock>().Any(heading => heading.GetAttributes().Id == parts[1]));
    }

    private static MarkdownDocument Parse(string path) => Markdown.Parse(File.ReadAllText(path), GitHub);
}
