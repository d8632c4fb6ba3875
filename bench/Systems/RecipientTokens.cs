using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FuncComet.Bench.Deployments;
using FuncComet.LocalHost;

namespace FuncComet.Bench.Systems;

/// <summary>The tokens of an app's recipients, which the app issues to the holder of a function key.</summary>
internal sealed class RecipientTokens
{
    // A day, the longest: a run takes less.
    private const int Seconds = 86_400;

    private readonly HttpClient _http;
    private readonly IDeployment _app;
    private readonly ConcurrentDictionary<string, string> _tokens = new();

    private RecipientTokens(HttpClient http, IDeployment app) => (_http, _app) = (http, app);

    /// <summary>Returns null if the app's polls need no tokens.</summary>
    public static async Task<RecipientTokens?> RequiredByAsync(
        HttpClient http,
        IDeployment app,
        string recipient,
        CancellationToken cancellationToken)
    {
        using var poll = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Api, $"poll?rcpt={recipient}&timeout=0"));
        using var answer = await http.SendAsync(poll, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
        {
            return null;
        }

        // An app that issues none is said so now, before there are polls.
        var tokens = new RecipientTokens(http, app);
        await tokens.AskAsync(recipient, cancellationToken);
        return tokens;
    }

    public async Task AddToAsync(HttpRequestMessage request, string recipient, CancellationToken cancellationToken)
    {
        if (!_tokens.TryGetValue(recipient, out var token))
        {
            _tokens[recipient] = token = await AskAsync(recipient, cancellationToken);
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private async Task<string> AskAsync(string recipient, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_app.Api, $"token?rcpt={recipient}&ttl={Seconds}"))
            .WithKey(_app.FunctionKey);
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new StartException(
                $"{_app.Api} requires tokens and answered {(int)answer.StatusCode} when the bench asked for one. "
                + "Give a function key of the app with --key, and the app a signing key, or turn tokens off (FuncComet__Token__Required).");
        }

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return body.RootElement.GetProperty("token").GetString()!;
    }
}
