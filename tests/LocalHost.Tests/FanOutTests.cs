using System.Diagnostics;
using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Runs alone, because it measures how long pushes take.</summary>
[Collection(Alone.Name)]
public sealed class FanOutTests(Azurite azurite, ITestOutputHelper output)
{
    [Fact]
    public async Task Push_ToHundred_TakesFarLessThanHundredPushes()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
        using var client = new ApiClient(host.Url);
        var all = string.Join('&', Enumerable.Range(0, 100).Select(number => $"rcpt=fan-{number}"));
        await PushAsync(all);
        await PushAsync("rcpt=fan-0");

        // The two kinds alternate, so that other load on the machine affects both alike.
        var (ones, hundreds) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var push = 0; push < 15; push++)
        {
            ones.Add(await MeasureAsync("rcpt=fan-0"));
            hundreds.Add(await MeasureAsync(all));
        }

        // The limit is the claim. The output shows the measured ratio.
        var (one, hundred) = (ones.Order().ElementAt(7), hundreds.Order().ElementAt(7));
        output.WriteLine($"one {one.TotalMilliseconds:F1} ms, a hundred {hundred.TotalMilliseconds:F1} ms: {hundred / one:F0} times");
        Assert.True(hundred < 100 * one, $"{one} for one, {hundred} for a hundred.");

        async Task<TimeSpan> MeasureAsync(string recipients)
        {
            var began = Stopwatch.GetTimestamp();
            await PushAsync(recipients);
            return Stopwatch.GetElapsedTime(began);
        }

        async Task PushAsync(string recipients)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"push?{recipients}") { Content = new StringContent("x") };
            using var pushed = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        }
    }
}
