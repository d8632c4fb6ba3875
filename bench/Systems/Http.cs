using System.Net;
using System.Text;

namespace FuncComet.Bench.Systems;

/// <summary>What the load generator sends and how: the same for every system.</summary>
internal static class Http
{
    /// <summary>As long as Azure's front end allows.</summary>
    public static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(220);

    /// <summary>Every message that is pushed.</summary>
    public static readonly string Message = new('m', 100);

    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(1);

    /// <summary>A client with a pool of connections of its own, and nothing between it and the socket that costs time.</summary>
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

    public static async Task PostAsync(HttpClient http, Uri uri, HttpContent body, CancellationToken cancellationToken)
    {
        using (body)
        using (var answer = await http.PostAsync(uri, body, cancellationToken))
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>
    /// One poll whose answer has been read; null where it is to be sent again: its time ran out or, after a pause, the server refused it.
    /// </summary>
    public static async Task<HttpResponseMessage?> PollAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
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
