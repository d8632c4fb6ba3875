using FuncComet.Functions.Tokens.Authorities;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Tokens;

/// <summary>
/// <c>POST /api/app/token</c>: issues a token to a sender that has no function key, but an access token of an identity provider.
/// </summary>
public sealed class AppTokenFunction(TokenRequests tokens, SenderGate senders)
{
    /// <summary>Answers as <see cref="TokenFunction"/>, 401 or 403, or 404 if no identity provider is set.</summary>
    [Function("AppToken")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "app/token")] HttpRequest request) =>
        senders.AnswerAsync(request, HttpMethods.Post, query => Task.FromResult(tokens.Answer(query)));
}
