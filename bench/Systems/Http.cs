using System.Net;
using System.Text;

namespace FuncComet.Bench.Systems;

/// <summary>The load generator's HTTP client, which is the same for every system.</summary>
internal static class Http
{
    /// <summary>The longest timeout of a poll; Azure's front end ends requests after 230 s.</summary>
    public static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(220);

    /// <summary>The text of every pushed message.</summary>
    public static readonly string Message = new('m', 100);

    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Creates a client with its own connection pool, without the features that cost time (proxy, cookies, redirects, tracing).
    /// </summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static StringContent Body() => new(Message, Encoding.UTF8, "text/plain");

    /// <summary>Makes a relative address absolute.</summary>
    public static HttpRequestMessage At(this HttpRequestMessage request, Uri api)
    {
        request.RequestUri = new Uri(api, request.RequestUri!);
        return request;
    }

    /// <summary>Adds a function key, if there is one.</summary>
    public static HttpRequestMessage WithKey(this HttpRequestMessage request, string? functionKey)
    {
        if (functionKey is not null)
        {
            request.Headers.Add("x-functions-key", functionKey);
        }

        return request;
    }

    public static async Task PostAsync(HttpClient http, Uri uri, HttpContent body, CancellationToken cancellationToken)
    {
        using (body)
        using (var answer = await http.PostAsync(uri, body, cancellationToken))
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>
    /// Sends one poll and reads its answer. Returns null if the client should poll again: after a timeout, or, once the pause that the
    /// server asks for is over, after a refusal.
    /// </summary>
    public static async Task<HttpResponseMessage?> PollAsync(
        HttpClient http,
        HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return answer;
        }

        using (answer)
        {
            if (answer.StatusCode >= HttpStatusCode.InternalServerError)
            {
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? Refused, cancellationToken);
                return null;
            }

            return answer.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.RequestTimeout or HttpStatusCode.NotModified
                ? null
                : throw new HttpRequestException($"{request.RequestUri} was answered {(int)answer.StatusCode}.");
        }
    }
}
