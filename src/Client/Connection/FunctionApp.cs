using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using FuncComet.Client.Tokens;

namespace FuncComet.Client.Connection;

/// <summary>
/// Sends requests with the function key or a recipient's token, and turns every failure into a <see cref="FuncCometException"/>.
/// </summary>
internal sealed class FunctionApp(HttpClient http, FuncCometClientOptions options, TimeProvider time)
{
    /// <summary>
    /// The limit of every request but a poll. It is HttpClient's default, applied here because the HttpClient may have no limit.
    /// </summary>
    public static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(100);

    // How long a poll may exceed its timeout before its connection counts as dead. The app's storage client may retry in that time.
    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(30);

    // A poll ends this long before HttpClient.Timeout, so that its answer arrives before the HttpClient gives up.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(10);

    // A Retry-After beyond what timers support must not make them fail.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromDays(1);

    // Copies of what was validated: the options can be changed later.
    private readonly Uri _baseAddress = options.BaseAddress!;
    private readonly string _functionKey = options.FunctionKey ?? "";
    private readonly TokenCache? _tokens = options.TokenProvider is null ? null : new TokenCache(options.TokenProvider, time);

    /// <summary>The longest poll timeout at which this HttpClient does not give up.</summary>
    public TimeSpan LongestHeld { get; } =
        http.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue
        : http.Timeout > 2 * Reserve ? WholeSeconds(http.Timeout - Reserve)
        : WholeSeconds(http.Timeout / 2);

    /// <summary>The limit of a poll with this timeout.</summary>
    public static TimeSpan LimitOf(TimeSpan held) => held + Overtime;

    public Target Target(string function) => new(_baseAddress, function);

    /// <summary>Sends a request with the function key, as an application's server does.</summary>
    public async Task<Answer> AsApplicationAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_functionKey.Length > 0)
        {
            request.Headers.Add("x-functions-key", _functionKey);
        }

        return (await SendAsync(request, RequestLimit, cancellationToken).ConfigureAwait(false)).ThrowIfRefused();
    }

    /// <summary>
    /// Sends a request with the recipient's token. If the token is refused, gets a new one and sends the request once more.
    /// </summary>
    public async Task<Answer> AsRecipientAsync(
        string recipient,
        HttpMethod method,
        Target target,
        TimeSpan limit,
        CancellationToken cancellationToken)
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
        _tokens is null
            ? null
            : await ReachAsync(end => _tokens.GetAsync(recipient, end), RequestLimit, cancellationToken).ConfigureAwait(false);

    private Task<Answer> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken) => ReachAsync(
        async end =>
        {
            var sent = time.GetTimestamp();
            try
            {
                using (request)
                {
                    using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end).ConfigureAwait(false);
                    var arrived = time.GetTimestamp();
                    return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(end).ConfigureAwait(false))
                    {
                        Arrived = arrived,
                        Held = time.GetElapsedTime(sent, arrived),
                        MediaType = response.Content.Headers.ContentType?.MediaType,
                        RetryAfter = RetryAfter(response.Headers),
                    };
                }
            }
            catch (HttpRequestException ex) when (WasSent(ex))
            {
                end.ThrowIfCancellationRequested();
                throw Unreachable(ex, time.GetElapsedTime(sent));
            }
        },
        limit,
        cancellationToken);

    // Reports every missing answer the same way: no connection, the HttpClient's limit, or this client's own.
    private async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await call(end.Token).ConfigureAwait(false);
        }
        catch (Exception ex) when (ex is HttpRequestException or SocketException)
        {
            // HttpClient throws a bare SocketException if a new connection breaks at once.
            cancellationToken.ThrowIfCancellationRequested();
            throw Unreachable(ex, held: null);
        }
        catch (OperationCanceledException ex)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new FuncCometException(FuncCometException.Unreachable, "No answer came in time.", innerException: ex);
        }
    }

    private static FuncCometException Unreachable(Exception failure, TimeSpan? held) =>
        new(FuncCometException.Unreachable, failure.Message, innerException: failure) { Held = held };

    private static bool WasSent(HttpRequestException failure) => failure.HttpRequestError is not (
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError);

    // A date counts from the answer's own, because this clock may be wrong.
    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var wait = headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - (headers.Date ?? time.GetUtcNow());
        return wait > MaxRetryAfter ? MaxRetryAfter : wait > TimeSpan.Zero ? wait : null;
    }

    private static TimeSpan WholeSeconds(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds));
}
