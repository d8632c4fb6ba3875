using FuncComet.Functions.Requests;
using FuncComet.Testing;
using Microsoft.Extensions.Primitives;

namespace FuncComet.Functions.Tests;

/// <summary>The grammar of RFC 7240: a list of <c>token [ = word ] *( ; [ parameter ] )</c>, where a word is a token or quoted.</summary>
public sealed class PreferencesTests
{
    [Theory]
    [InlineData("wait=1", "1")]
    [InlineData("WAIT=1", "1")]
    [InlineData("  wait \t= 1  ", "1")]
    [InlineData("wait", "")]
    [InlineData("wait=\"\"", "")]
    [InlineData("wait=\"1\"", "1")]
    [InlineData("wait=\"\\1\\\"\\\\\"", "1\"\\")]
    [InlineData("wait=\"a, b;c\"", "a, b;c")]
    [InlineData("wait=1, wait=2,wait=3", "1", "2", "3")]
    [InlineData(",, wait=1 ,,", "1")]
    [InlineData("respond-async, wait=1; x=y", "1")]
    [InlineData("wait=1;", "1")]
    [InlineData("wait=1 ;; a ; b=c;d=\"e;f\\\", wait=2\" ;", "1")]
    [InlineData("x=\"a, wait=9\", wait=1", "1")]
    [InlineData("x=\"a\\\", wait=9\", wait=1", "1")]
    [InlineData("x; wait=9, wait=1", "1")]
    [InlineData("return=minimal; foo=\"wait=9\", wait=1", "1")]
    public void ValuesOf_AWellFormedPreference_AreItsWords(string header, params string[] expected) =>
        Assert.Equal(expected, Preferences.ValuesOf("wait", header));

    [Theory]
    [InlineData("")]
    [InlineData("wait=")]
    [InlineData("wait=1 2")]
    [InlineData("wait=1=2")]
    [InlineData("wait=1\"2\"")]
    [InlineData("wait=\"1\"2")]
    [InlineData("wait=\"1")]
    [InlineData("wait=1; x=")]
    [InlineData("wait=1; \"x\"")]
    [InlineData("wait=1; x y")]
    [InlineData("=1")]
    [InlineData("\"wait\"=1")]
    [InlineData("wait ing=1")]
    [InlineData("waiting=1")]
    [InlineData("wait=(1)")]
    [InlineData("x=\"open, wait=1")]
    public void ValuesOf_AMalformedPreference_AreNone(string header)
    {
        Assert.Empty(Preferences.ValuesOf("wait", header));
        Assert.Equal(["5"], Preferences.ValuesOf("wait", new StringValues([header, "wait=5"])));
    }

    [Theory]
    [InlineData("wait=1 2, wait=3")]
    [InlineData("wait=, wait=3")]
    [InlineData("a b=\", wait=9\" c, wait=3")]
    public void ValuesOf_WhatFollowsAMalformedPreference_AreRead(string header) =>
        Assert.Equal(["3"], Preferences.ValuesOf("wait", header));

    [Fact]
    public void ValuesOf_SeveralHeaders_AreInTheirOrder() =>
        Assert.Equal(["1", "2", "3"], Preferences.ValuesOf("wait", new StringValues(["wait=1", "x, wait=2", "wait=3"])));

    [Fact]
    public async Task ValuesOf_AVeryLongHeader_AreReadInLinearTime()
    {
        // As long as a server's limit for all headers allows.
        var blanks = $"wait=1{string.Concat(Enumerable.Repeat(" ; \t", 8_000))}=";
        var quotes = $"wait=1;{string.Concat(Enumerable.Repeat("a=\"\\\"\";", 4_000))}\"";

        var headers = new StringValues([blanks, quotes, new string('"', 32_000), new string('a', 32_000), new string(' ', 32_000)]);

        Assert.Empty(await Task.Run(() => Preferences.ValuesOf("wait", headers).ToList()).Bounded());
    }
}
