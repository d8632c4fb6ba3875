using FuncComet.Functions.Requests;
using FuncComet.Messages;
using FuncComet.Pushing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Push;

/// <summary><c>POST /api/push</c>: stores the body as a message for the recipient.</summary>
public sealed class PushFunction(MessagePush push, TimeProvider time)
{
    /// <summary>The function.</summary>
    [Function("Push")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "push")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, HttpMethods.Post, query => PushAsync(request, query));

    private async Task<IResult> PushAsync(HttpRequest request, RequestQuery query)
    {
        if (!query.TryRefuse(["delay"], out var problem)
            || !query.TryGetRecipient(out var recipient, out problem)
            || !query.TryGetSeconds("ttl", Message.MinTtlSeconds, Message.MaxTtlSeconds, Message.DefaultTtl, out var timeToLive, out problem)
            || !PushHeaders.TryRead(request, out var contentType, out var key, out problem))
        {
            return problem;
        }

        var (body, refused) = await PushBody.ReadAsync(request);
        if (refused is not null)
        {
            return refused;
        }

        var message = Message.Create(time, contentType, key, body);
        var expires = await push.SendAsync(recipient, message, timeToLive);
        return PushAnswer.For(recipient, message, expires);
    }
}
