using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>The limits on pushes. They are so low that no token comes back before a test has ended, unless that takes a minute.</summary>
public sealed class PushLimitTests(Azurite azurite)
{
    [Fact]
    public async Task Push_AboveItsRecipientsLimit_IsRefusedWithoutAStorageRequest_AndTheOtherCopiesAreStored()
    {
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await StartAsync(tap.ConnectionString, ("FuncComet__Limits__PushesPerMinutePerRecipient", "1"));
        using var client = new ApiClient(host.Url);

        // Asks for the presence, so that the answer comes after the last storage request of the push.
        using var accepted = await client.SendAsync(HttpMethod.Post, "push?rcpt=limited&presence=true");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var requests = tap.RequestsOf("limited");

        using var refused = await client.SendAsync(HttpMethod.Post, "push?rcpt=limited&rcpt=other&presence=true");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("60", Assert.Single(refused.Headers.GetValues("Retry-After")));
        var problem = JsonElement.Parse(await refused.TextAsync());
        Assert.Equal("urn:funccomet:too-many-requests", problem.GetProperty("type").GetString());
        Assert.Equal("other", Assert.Single(problem.GetProperty("accepted").EnumerateArray()).GetProperty("rcpt").GetString());
        Assert.Equal(
            """[{"rcpt":"limited","type":"urn:funccomet:too-many-requests"}]""", problem.GetProperty("failed").GetRawText());
        Assert.Equal(requests, tap.RequestsOf("limited"));
        Assert.NotEqual(0, tap.RequestsOf("other"));
    }

    [Fact]
    public async Task Push_AboveTheInstancesLimit_IsRefused_AndOtherRequestsAreNot()
    {
        await using var host = await StartAsync(azurite.ConnectionString, ("FuncComet__Limits__PushesPerMinute", "2"));
        using var client = new ApiClient(host.Url);
        await client.PushAcceptedAsync("first-of-few", "x");
        await client.PushAcceptedAsync("second-of-few", "x");

        using var refused = await client.PushAsync("third-of-few", "x");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("30", Assert.Single(refused.Headers.GetValues("Retry-After")));
        var problem = JsonElement.Parse(await refused.TextAsync());
        Assert.Equal("urn:funccomet:too-many-requests", problem.GetProperty("type").GetString());
        Assert.False(problem.TryGetProperty("failed", out _));
        using var polled = await client.PollAsync("first-of-few", timeout: 30);
        Assert.Equal("x", await polled.TextAsync());
    }

    private static Task<LocalHostProcess> StartAsync(string storage, (string Name, string Value) limit) =>
        LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", storage], new Dictionary<string, string> { [limit.Name] = limit.Value });
}
