using System.Net;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Which version serves, and who is told.</summary>
[Trait("Changes", "nothing")]
public sealed class AboutTests(Target target)
{
    [Fact]
    public async Task Get_TellsVersionInstancePollsAndStorage()
    {
        using var answer = await target.GetAsync("about");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var about = await answer.JsonAsync();
        Assert.StartsWith(about.GetProperty("version").GetString()!, answer.Header("Comet-Version")!, StringComparison.Ordinal);
        Assert.InRange(about.GetProperty("started").GetDateTimeOffset(), DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddMinutes(1));
        var polls = about.GetProperty("polls");
        Assert.InRange(polls.GetProperty("held").GetInt32(), 0, polls.GetProperty("max").GetInt32());
        Assert.True(about.GetProperty("storage").GetProperty("answers").GetBoolean());
    }

    [Fact]
    public async Task AnAnonymousAnswer_DoesNotTellTheVersion()
    {
        foreach (var path in new[] { "health", "poll", "ack", "lease" })
        {
            using var answer = await target.Stranger.GetAsync(path, TestContext.Current.CancellationToken);

            Assert.Null(answer.Header("Comet-Version"));
        }
    }
}
