using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Tokens;

/// <summary>Issues a token, after the host or <see cref="Authorities.SenderGate"/> has let its sender in.</summary>
public sealed class TokenRequests(RecipientTokens tokens)
{
    private const int MinTtlSeconds = 60;
    private const int MaxTtlSeconds = 86_400;

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(1);

    /// <summary>Answers 200 with the token, 501 if the app has no key to sign it with, or another problem.</summary>
    internal IResult Answer(RequestQuery query)
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
        return JsonAnswer.Of(answer, TokenAnswerJson.Default.TokenAnswer);
    }
}
