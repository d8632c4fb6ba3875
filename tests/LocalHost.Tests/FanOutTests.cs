using System.Diagnostics;
using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class FanOutTests(Azurite azurite, ITestOutputHelper output) : IClassFixture<Azurite>
{
    [Fact]
    public async Task Push_ToHundred_TakesFarLessThanHundredPushes()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
        using var client = new ApiClient(host.Url);
        var all = string.Join('&', Enumerable.Range(0, 100).Select(number => $"rcpt=fan-{number}"));
        await PushAsync(all);
        await PushAsync("rcpt=fan-0");

        var one = await MedianAsync("rcpt=fan-0");
        var hundred = await MedianAsync(all);

        // Measured side by side; the guard is the mere claim.
        output.WriteLine($"one {one.TotalMilliseconds:F1} ms, a hundred {hundred.TotalMilliseconds:F1} ms: {hundred / one:F0} times");
        Assert.True(hundred < 100 * one, $"{one} for one, {hundred} for a hundred.");

        async Task<TimeSpan> MedianAsync(string recipients)
        {
            var times = new List<TimeSpan>();
            foreach (var _ in Enumerable.Range(0, 15))
            {
                var clock = Stopwatch.StartNew();
                await PushAsync(recipients);
                times.Add(clock.Elapsed);
            }

            return times.Order().ElementAt(7);
        }

        async Task PushAsync(string recipients)
        {
            using var pushed = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"push?{recipients}") { Content = new StringContent("x") });
            Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        }
    }
}
