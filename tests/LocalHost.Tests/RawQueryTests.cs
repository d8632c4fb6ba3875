using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Queries that the Functions host changes before they reach the function: its proxy makes %25 of a '%' without two digits.
/// </summary>
public sealed class RawQueryTests(Azurite azurite)
{
    [Fact]
    public async Task APercentWithoutTwoDigits_IsRefused_AndReachesNoMailbox()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
        using var client = new ApiClient(host.Url);

        foreach (var escape in new[] { "%", "a%", "a%2", "%zz" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Post, $"push?rcpt={escape}"));
            Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Get, $"poll?rcpt={escape}&timeout=0"));
            Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Get, $"poll?rcpt={Uri.EscapeDataString(escape)}&timeout=0"));
        }

        async Task<HttpStatusCode> SendAsync(HttpMethod method, string pathAndQuery)
        {
            // A Uri corrects malformed escapes by default.
            var canonicalization = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
            using var request = new HttpRequestMessage(method, new Uri($"{host.Url}{pathAndQuery}", canonicalization));
            request.Content = method == HttpMethod.Post ? new StringContent("x") : null;
            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }
}
