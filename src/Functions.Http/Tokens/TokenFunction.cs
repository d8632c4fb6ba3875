using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Tokens;

/// <summary><c>POST /api/token</c>: issues a token with which a recipient polls and acknowledges.</summary>
public sealed class TokenFunction(TokenRequests tokens)
{
    /// <summary>Answers 200 with the token, or 501 if the app has no key to sign it with.</summary>
    [Function("Token")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "token")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Post, query => Task.FromResult(tokens.Answer(query))));
}
