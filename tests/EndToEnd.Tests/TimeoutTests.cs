using System.Diagnostics;
using System.Net;

namespace FuncComet.EndToEnd.Tests;

/// <summary>How long polls wait. The time limits are generous: they only catch a poll that does not wait or does not end.</summary>
public sealed class TimeoutTests(Target target)
{
    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Poll_WithTimeoutZero_AnswersAtOnce()
    {
        var (status, took) = await TimeAsync($"poll?rcpt={Target.NewRecipient()}&timeout=0");

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.True(took < TimeSpan.FromSeconds(8), $"It took {took}.");
    }

    [Fact]
    public async Task Poll_WithTimeoutTwo_AnswersAfterTwoSeconds()
    {
        var (status, took) = await TimeAsync($"poll?rcpt={Target.NewRecipient()}&timeout=2");

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.InRange(took, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Poll_WithoutTimeout_AnswersAfterThirtySeconds()
    {
        var (status, took) = await TimeAsync($"poll?rcpt={Target.NewRecipient()}");

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.InRange(took, TimeSpan.FromSeconds(29.9), TimeSpan.FromSeconds(45));
    }

    [Theory]
    [InlineData("9999")]
    [InlineData("99999999999999999999999999")]
    public async Task Poll_WithATimeoutThatIsTooLong_IsHeldForTheMaximum(string timeout)
    {
        var recipient = Target.NewRecipient();
        var poll = target.GetAsync($"poll?rcpt={recipient}&timeout={timeout}");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(poll.IsCompleted);

        using var pushed = await target.PushAsync(recipient, "hello");
        using var polled = await poll;

        Assert.Equal("hello", await polled.TextAsync());
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("%2B1")]
    [InlineData("1&timeout=2")]
    public async Task Poll_WithAnInvalidTimeout_IsRefusedWithItsRange(string timeout)
    {
        using var polled = await target.GetAsync($"poll?rcpt={Target.NewRecipient()}&timeout={timeout}");

        var problem = await polled.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "timeout");
        Assert.Contains("0 to 220", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_WithAWaitPreference_WaitsThatLongAndConfirmsIt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"poll?rcpt={Target.NewRecipient()}");
        request.Headers.Add("Prefer", "wait=2");
        var clock = Stopwatch.StartNew();

        using var polled = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
        Assert.Equal("wait=2", polled.Header("Preference-Applied"));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Poll_WithAWaitPreferenceThatIsTooLong_ReturnsTheAppliedOne()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"poll?rcpt={recipient}");
        request.Headers.Add("Prefer", "wait=9999");

        using var polled = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal("wait=220", polled.Header("Preference-Applied"));
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Poll_WithTimeoutAndWaitPreference_UsesTheTimeout()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"poll?rcpt={Target.NewRecipient()}&timeout=0");
        request.Headers.Add("Prefer", "wait=60");

        using var polled = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
        Assert.Null(polled.Header("Preference-Applied"));
    }

    private async Task<(HttpStatusCode Status, TimeSpan Took)> TimeAsync(string pathAndQuery)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await target.GetAsync(pathAndQuery);
        return (answer.StatusCode, clock.Elapsed);
    }
}
