using System.Net;
using System.Net.Http.Headers;

namespace FuncComet.Client;

/// <summary>Sends requests with what opens them, and says in one way what went wrong.</summary>
internal sealed class FunctionApp(HttpClient http, FuncCometClientOptions options, TimeProvider time)
{
    /// <summary>HttpClient's own default, for those whose HttpClient has no limit.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(100);

    // What a poll may take beyond its timeout before its connection counts as dead: the storage's client has its own retries.
    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(30);

    // An HttpClient that gives up would do so before the answer is there.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(10);

    // No timer waits for much longer.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly TokenCache? _tokens = options.TokenProvider is null ? null : new TokenCache(options.TokenProvider, time);

    /// <summary>The longest that a poll can be held before this HttpClient gives up.</summary>
    public TimeSpan LongestHeld { get; } =
        http.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue
        : http.Timeout > 2 * Reserve ? WholeSeconds(http.Timeout - Reserve)
        : WholeSeconds(http.Timeout / 2);

    /// <summary>After what time a poll that should be held this long is given up.</summary>
    public static TimeSpan LimitOf(TimeSpan held) => held + Overtime;

    public Target Target(string function) => new(options.BaseAddress!, function);

    /// <summary>Sends a request of the application's server, which has the function key.</summary>
    public async Task<Answer> AsApplicationAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (options.FunctionKey is not null)
        {
            request.Headers.Add("x-functions-key", options.FunctionKey);
        }

        return (await SendAsync(request, Longest, cancellationToken).ConfigureAwait(false)).ThrowIfRefused();
    }

    /// <summary>Sends a request of a recipient, who has a token; with a new one once where it is refused.</summary>
    public async Task<Answer> AsRecipientAsync(string recipient, HttpMethod method, Target target, TimeSpan limit, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(recipient, cancellationToken).ConfigureAwait(false);
        var answer = await SendAsync(WithToken(token), limit, cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Unauthorized && token is not null)
        {
            _tokens!.Drop(recipient, token);
            token = await TokenAsync(recipient, cancellationToken).ConfigureAwait(false);
            answer = await SendAsync(WithToken(token), limit, cancellationToken).ConfigureAwait(false);
        }

        return answer.ThrowIfRefused();

        HttpRequestMessage WithToken(RecipientToken? token) => new(method, target.Uri)
        {
            Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token.Token) },
        };
    }

    private async Task<RecipientToken?> TokenAsync(string recipient, CancellationToken cancellationToken) =>
        _tokens is null ? null : await ReachAsync(end => _tokens.GetAsync(recipient, end), Longest, cancellationToken).ConfigureAwait(false);

    private Task<Answer> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken) => ReachAsync(
        async end =>
        {
            using (request)
            {
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end).ConfigureAwait(false);
                var arrived = time.GetTimestamp();
                return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(end).ConfigureAwait(false))
                {
                    Arrived = arrived,
                    MediaType = response.Content.Headers.ContentType?.MediaType,
                    RetryAfter = RetryAfter(response.Headers.RetryAfter),
                };
            }
        },
        limit,
        cancellationToken);

    // Who is not reached, or not in time, is so in one way, whatever cut the call short: no connection, the HttpClient's limit, or ours.
    private async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await call(end.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException ex)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new FuncCometException(FuncCometException.Unreachable, ex.Message, innerException: ex);
        }
        catch (OperationCanceledException ex)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new FuncCometException(FuncCometException.Unreachable, "No answer came in time.", innerException: ex);
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait > LongestPause ? LongestPause : wait > TimeSpan.Zero ? wait : null;
    }

    private static TimeSpan WholeSeconds(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds));
}
