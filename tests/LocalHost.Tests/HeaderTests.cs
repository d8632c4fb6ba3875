using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Headers that HttpClient would change before it sends them.</summary>
public sealed class HeaderTests(Azurite azurite)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ARequest_IsRefused_IfAHeaderIsGivenTwiceOrIsNotAscii()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);

        Assert.Equal(202, await PushAsync(host.Url, "Content-Type: text/plain", "Idempotency-Key: a"));
        Assert.Equal(400, await PushAsync(host.Url, "Content-Type: text/plain", "Content-Type: text/html"));
        Assert.Equal(400, await PushAsync(host.Url, "Idempotency-Key: a", "Idempotency-Key: b"));
        Assert.Equal(400, await PushAsync(host.Url, "x-custom: gr\u00C3\u00BC\u00C3\u009F"));
        Assert.Equal(400, await PushAsync(host.Url, "x-custom: gr\u00FC\u00DF"));
    }

    private static async Task<int> PushAsync(Uri url, params string[] headers)
    {
        var request = new RawRequest("POST", "push");
        request.Headers.AddRange(["Content-Length: 0", .. headers]);
        using var connection = await RawConnection.OpenAsync(url);
        Assert.True(await connection.TrySendAsync(request.ToBytes()));
        return Assert.Single(await connection.ReadStatusesAsync(LongestAnswer));
    }
}
