using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Tokens;

/// <summary><c>POST /api/token</c>: issues a token with which a recipient polls and acknowledges.</summary>
public sealed class TokenFunction(RecipientTokens tokens)
{
    private const int MinTtlSeconds = 60;
    private const int MaxTtlSeconds = 86_400;

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(1);

    /// <summary>Answers 200 with the token, or 501 if the app has no key to sign it with.</summary>
    [Function("Token")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "token")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Post, query => Task.FromResult(Issue(query))));

    private IResult Issue(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem)
            || !query.TryGetSeconds("ttl", MinTtlSeconds, MaxTtlSeconds, out var ttl, out problem))
        {
            return problem;
        }

        if (!tokens.CanIssue)
        {
            return Problems.TokensNotConfigured();
        }

        var token = tokens.Issue(recipient, ttl ?? DefaultTtl);
        var answer = new TokenAnswer(token.Text, recipient.Name, Rfc3339.Format(token.Expires));
        return TypedResults.Json(answer, TokenAnswerJson.Default.TokenAnswer);
    }
}
