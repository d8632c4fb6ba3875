using System.Net;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>What an answer must look like, whatever was asked.</summary>
internal static class Answers
{
    /// <summary>The answer is this problem, as the protocol writes one; returns its document.</summary>
    public static async Task<JsonElement> AssertProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string code, string? parameter = null)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        AssertNoStore(answer);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal($"urn:funccomet:{code}", problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(parameter, problem.TryGetProperty("parameter", out var named) ? named.GetString() : null);
        return problem;
    }

    public static void AssertNoStore(this HttpResponseMessage answer) => Assert.True(answer.Headers.CacheControl?.NoStore, "Cache-Control: no-store is missing.");

    /// <summary>A header's only value; null where it is missing.</summary>
    public static string? Header(this HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    public static async Task<byte[]> BytesAsync(this HttpResponseMessage answer) => await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

    public static async Task<string> TextAsync(this HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
