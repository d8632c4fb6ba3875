using System.Net;

namespace FuncComet.LocalHost.Tests;

/// <summary>A client of one instance, with a function key if the instance requires one.</summary>
internal sealed class ApiClient(Uri url, string? functionKey = null) : IDisposable
{
    private readonly HttpClient _http = Create(url, functionKey);

    public Task<HttpResponseMessage> PushAsync(string recipient, string text) =>
        _http.PostAsync($"push?rcpt={recipient}", new StringContent(text), TestContext.Current.CancellationToken);

    public async Task PushAcceptedAsync(string recipient, string text)
    {
        using var pushed = await PushAsync(recipient, text);
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
    }

    public Task<HttpResponseMessage> PollAsync(string recipient, int timeout) =>
        PollAndLeaveAsync(recipient, timeout, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PollAndLeaveAsync(string recipient, int timeout, CancellationToken leaving) =>
        _http.GetAsync($"poll?rcpt={recipient}&timeout={timeout}", leaving);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        _http.SendAsync(request, TestContext.Current.CancellationToken);

    /// <summary>Sends a request without a body. Headers are sent exactly as given.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, pathAndQuery);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private static HttpClient Create(Uri url, string? functionKey)
    {
        var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(4) };
        if (functionKey is not null)
        {
            http.DefaultRequestHeaders.Add("x-functions-key", functionKey);
        }

        return http;
    }
}

/// <summary>Short names for reading answers.</summary>
internal static class Answers
{
    public static Task<string> TextAsync(this HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
