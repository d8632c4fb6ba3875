using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>LocalHost with an Azurite that it starts itself.</summary>
public sealed class OwnAzuriteTests
{
    [Fact]
    public async Task Messages_OutliveARestart()
    {
        var storage = Local.FreeConnectionString();
        await using (var first = await LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]))
        {
            Assert.Contains(first.Output, line => line.Contains("Azurite, started here", StringComparison.Ordinal));
            using var client = new ApiClient(first.Url);
            await client.PushAcceptedAsync("restart", "still here");
        }

        await using var second = await LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]);
        using var later = new ApiClient(second.Url);
        using var polled = await later.PollAsync("restart", timeout: 10);
        Assert.Equal("still here", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TwoStarts_AtTheSameTime_ShareOneAzurite()
    {
        var storage = Local.FreeConnectionString();

        var starts = await Task.WhenAll(
            LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]),
            LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]));
        await using var one = starts[0];
        await using var other = starts[1];

        Assert.Single(starts, host => host.Output.Any(line => line.Contains("Azurite, started here", StringComparison.Ordinal)));
        using var atOne = new ApiClient(one.Url);
        using var atOther = new ApiClient(other.Url);
        await atOne.PushAcceptedAsync("shared", "hello");
        using var polled = await atOther.PollAsync("shared", timeout: 10);
        Assert.Equal("hello", await polled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
