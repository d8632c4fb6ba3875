using System.Net;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Assertions and short forms for answers of the app.</summary>
internal static class Answers
{
    /// <summary>Asserts that the answer is the given problem, complete and in the protocol's form, and returns its JSON.</summary>
    public static async Task<JsonElement> AssertProblemAsync(
        this HttpResponseMessage answer,
        HttpStatusCode status,
        string code,
        string? parameter = null)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        AssertNoStore(answer);
        var problem = JsonElement.Parse(text);
        Assert.Equal($"urn:funccomet:{code}", problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(parameter, problem.TryGetProperty("parameter", out var named) ? named.GetString() : null);
        return problem;
    }

    public static void AssertNoStore(this HttpResponseMessage answer) =>
        Assert.Equal("no-store, no-transform", answer.Headers.CacheControl?.ToString());

    /// <summary>Returns the only value of a header; null if the answer does not have the header.</summary>
    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    public static Task<byte[]> BytesAsync(this HttpResponseMessage answer) =>
        answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

    public static Task<string> TextAsync(this HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>Reads the messages of a batch: the answer to a poll with <c>max</c>.</summary>
    public static async Task<List<JsonElement>> MessagesAsync(this HttpResponseMessage answer) =>
        [.. (await answer.JsonAsync()).GetProperty("messages").EnumerateArray()];

    /// <summary>Reads the copies that a push accepted.</summary>
    public static async Task<List<JsonElement>> AcceptedAsync(this HttpResponseMessage answer) =>
        [.. (await answer.JsonAsync()).GetProperty("accepted").EnumerateArray()];

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer) => JsonElement.Parse(await answer.TextAsync());
}
