using FuncComet.Functions.Hosting;
using FuncComet.Functions.Poll;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace FuncComet.Functions.Tests;

public sealed class PollTimeoutsTests
{
    private static readonly HostLimit FiveMinutes = new(TimeSpan.FromMinutes(5), "host.json");

    [Theory]
    [InlineData("", null, 30, null)]
    [InlineData("?timeout=0", null, 0, null)]
    [InlineData("?timeout=2", null, 2, null)]
    [InlineData("?timeout=220", null, 220, null)]
    [InlineData("?timeout=9999", null, 220, null)]
    [InlineData("?timeout=99999999999999999999999999", null, 220, null)]
    [InlineData("", "wait=2", 2, 2)]
    [InlineData("", "wait=9999", 220, 220)]
    [InlineData("", "WAIT=2", 2, 2)]
    [InlineData("", "wait=\"2\"", 2, 2)]
    [InlineData("", "respond-async, wait=2;x=y", 2, 2)]
    [InlineData("", "wait=2, wait=3", 2, 2)]
    [InlineData("?timeout=5", "wait=2", 5, null)]
    [InlineData("", "wait=-2", 30, null)]
    [InlineData("", "wait", 30, null)]
    [InlineData("", "wait=", 30, null)]
    [InlineData("", "wait=2 3", 30, null)]
    [InlineData("", "waiting=2", 30, null)]
    [InlineData("", "wait=x, wait=3", 3, 3)]
    [InlineData("", "wait=-2, wait=3, wait=4", 3, 3)]
    [InlineData("", "foo; wait=5", 30, null)]
    public void TryRead_WithParameterOrPreferenceOrNeither_UsesThemInThisOrder(string raw, string? prefer, int expected, int? applied)
    {
        Assert.True(TryRead(raw, prefer, out var timeout, out var preference));

        Assert.Equal(TimeSpan.FromSeconds(expected), timeout);
        Assert.Equal(applied, preference);
    }

    [Fact]
    public void TryRead_WithSeveralPreferHeaders_UsesTheFirstWellFormedWait()
    {
        Assert.True(TryRead("", new StringValues(["wait=soon", "respond-async", "wait=7", "wait=8"]), out var timeout, out var preference));

        Assert.Equal(TimeSpan.FromSeconds(7), timeout);
        Assert.Equal(7, preference);
    }

    [Theory]
    [InlineData("?timeout=-1")]
    [InlineData("?timeout=abc")]
    [InlineData("?timeout=1.5")]
    [InlineData("?timeout=")]
    [InlineData("?timeout=+1")]
    [InlineData("?timeout=1&timeout=2")]
    public void TryRead_WithAnInvalidTimeout_Refuses(string raw)
    {
        Assert.False(TryRead(raw, prefer: default, out _, out _));
    }

    [Theory]
    [InlineData("00:05:00", 220)]
    [InlineData("-1", 220)]
    [InlineData("00:03:50", 220)]
    [InlineData("00:03:40", 210)]
    [InlineData("00:01:00", 50)]
    [InlineData("00:00:11", 1)]
    public void Maximum_WhenTheHostHasALimit_StaysTenSecondsBelowIt(string functionTimeout, int expected)
    {
        var limit = HostLimit.Read(Settings(("AzureFunctionsJobHost:functionTimeout", functionTimeout)), AppContext.BaseDirectory);

        Assert.Equal(TimeSpan.FromSeconds(expected), new PollTimeouts(Options.Create(new PollOptions()), limit).Maximum);
    }

    [Fact]
    public void Maximum_WhenTheOptionIsSet_IsTheOption()
    {
        Assert.Equal(
            TimeSpan.FromSeconds(60),
            new PollTimeouts(Options.Create(new PollOptions { MaxTimeout = TimeSpan.FromSeconds(60) }), FiveMinutes).Maximum);
    }

    [Fact]
    public void Validate_WhenTheMaximumIsTooCloseToFunctionTimeout_NamesBothValues()
    {
        var limit = new HostLimit(TimeSpan.FromMinutes(1), "AzureFunctionsJobHost__functionTimeout");

        var result = new PollOptionsHostValidator(limit).Validate(name: null, new PollOptions { MaxTimeout = TimeSpan.FromSeconds(51) });

        Assert.Equal(
            "The longest poll, 00:00:51 (FuncComet__Poll__MaxTimeout), must be at least 10 seconds below the host's functionTimeout "
            + "(00:01:00, AzureFunctionsJobHost__functionTimeout).",
            result.FailureMessage);
    }

    [Fact]
    public void Validate_WhenTheMaximumIsTenSecondsBelowFunctionTimeout_Succeeds()
    {
        var limit = new HostLimit(TimeSpan.FromMinutes(1), "AzureFunctionsJobHost__functionTimeout");

        var result = new PollOptionsHostValidator(limit).Validate(name: null, new PollOptions { MaxTimeout = TimeSpan.FromSeconds(50) });

        Assert.True(result.Succeeded);
    }

    [Fact]
    public void Validate_WhenFunctionTimeoutLeavesNoRoom_NamesBothValues()
    {
        var limit = new HostLimit(TimeSpan.FromSeconds(8), "host.json");

        var result = new PollOptionsHostValidator(limit).Validate(name: null, new PollOptions());

        Assert.Equal(
            "The longest poll, 00:00:01 (FuncComet__Poll__MaxTimeout is not set; this is the least), must be at least 10 seconds below "
            + "the host's functionTimeout (00:00:08, host.json).",
            result.FailureMessage);
    }

    [Fact]
    public void Read_WhenTheEnvironmentHasNoFunctionTimeout_UsesHostJson()
    {
        Assert.Equal(new HostLimit(TimeSpan.FromMinutes(5), "host.json"), HostLimit.Read(Settings(), AppContext.BaseDirectory));
    }

    [Fact]
    public void Read_WhenFunctionTimeoutIsSetNowhere_IsFiveMinutes()
    {
        var empty = Directory.CreateTempSubdirectory("funccomet-");

        Assert.Equal(TimeSpan.FromMinutes(5), HostLimit.Read(Settings(), empty.FullName).FunctionTimeout);
        empty.Delete();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-00:01:00")]
    [InlineData("00:00:00")]
    public void Read_WhenFunctionTimeoutIsInvalid_NamesIt(string value)
    {
        var exception = Assert.Throws<OptionsValidationException>(
            () => HostLimit.Read(Settings(("AzureFunctionsJobHost:functionTimeout", value)), AppContext.BaseDirectory));

        Assert.Equal(
            $"functionTimeout (AzureFunctionsJobHost__functionTimeout) is '{value}'; it must be a time as hh:mm:ss, or -1 for no limit.",
            Assert.Single(exception.Failures));
    }

    private static bool TryRead(string raw, StringValues prefer, out TimeSpan timeout, out int? preference)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));
        var request = new DefaultHttpContext().Request;
        request.Headers["Prefer"] = prefer;
        return new PollTimeouts(Options.Create(new PollOptions()), FiveMinutes)
            .TryRead(request, query, out timeout, out preference, out _);
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value))
            .Build();
}
