using FuncComet.Functions.Tokens.Authorities;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Push;

/// <summary><c>POST /api/app/push</c>: a push by a sender that has no function key, but an access token of an identity provider.</summary>
public sealed class AppPushFunction(PushRequests pushes, SenderGate senders)
{
    /// <summary>Answers as <see cref="PushFunction"/>, 401 or 403, or 404 if no identity provider is set.</summary>
    [Function("AppPush")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "app/push")] HttpRequest request) =>
        senders.AnswerAsync(request, HttpMethods.Post, query => pushes.AnswerAsync(request, query));
}
