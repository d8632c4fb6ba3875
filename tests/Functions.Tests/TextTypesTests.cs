using System.Text.RegularExpressions;
using FuncComet.Functions.Poll;
using FuncComet.LocalHost;

namespace FuncComet.Functions.Tests;

public sealed partial class TextTypesTests
{
    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/anything")]
    [InlineData("TEXT/HTML; charset=iso-8859-1")]
    [InlineData("application/json")]
    [InlineData("application/JSON; charset=utf-8")]
    [InlineData("application/json;")]
    [InlineData("application/json; charset")]
    [InlineData("application/json; a b")]
    [InlineData("application/json; x=\"open")]
    [InlineData("application/json ;charset=\"utf-8\"; x=\"a;b\"")]
    [InlineData("application/cloudevents+json")]
    [InlineData("image/svg+xml")]
    [InlineData("application/openapi+yaml; version=3.1")]
    [InlineData("application/x-ndjson")]
    [InlineData("application/jsonl")]
    [InlineData("application/json-seq")]
    [InlineData("application/xml")]
    [InlineData("application/yaml")]
    [InlineData("application/toml")]
    [InlineData("application/csv")]
    [InlineData("application/graphql")]
    [InlineData("application/sql")]
    [InlineData("application/javascript")]
    [InlineData("application/ecmascript")]
    [InlineData("application/x-javascript")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8")]
    public void Contains_AType_ThatPeopleSendTextWith(string contentType) => Assert.True(TextTypes.Contains(contentType));

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("image/png")]
    [InlineData("application/json+zip")]
    [InlineData("application/vnd.json.archive")]
    [InlineData("application/cbor")]
    [InlineData("application/octet-stream; type=json")]
    [InlineData("textual/plain")]
    [InlineData("json")]
    [InlineData("text")]
    [InlineData("; text/plain")]
    public void Contains_NoOtherType(string contentType) => Assert.False(TextTypes.Contains(contentType));

    [Fact]
    public void TheList_IsThatOfTheProtocol()
    {
        var protocol = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "protocol.md"));
        var section = protocol.Split("\n### ").Single(section => section.StartsWith("Textual content types\n", StringComparison.Ordinal));

        Assert.Equal(
            ["text/*", .. TextTypes.Suffixes.Select(suffix => $"+{suffix}"), .. TextTypes.Subtypes],
            Code().Matches(section[section.IndexOf("\n- ", StringComparison.Ordinal)..]).Select(code => code.Groups[1].Value));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
