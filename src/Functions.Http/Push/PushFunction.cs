using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Pushing;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Push;

/// <summary>
/// <c>POST /api/push</c>: stores the body as a message for each recipient. <c>DELETE /api/push</c>: takes messages back that no poll has
/// received.
/// </summary>
public sealed class PushFunction(
    MessagePush push, MessageRecall recall, PushLimits rates, IOptions<RequestLimitOptions> limits, TimeProvider time)
{
    /// <summary>Answers POST with 202 and the copies that were stored, DELETE with 204; or with a problem.</summary>
    [Function("Push")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "push")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Post, query => PushAsync(request, query)), (HttpMethods.Delete, RecallAsync));

    private async Task<IResult> PushAsync(HttpRequest request, RequestQuery query)
    {
        if (rates.RefuseRequest() is { } wait)
        {
            return Problems.TooManyRequests(
                $"This instance takes at most {rates.Options.PushesPerMinute} pushes a minute.", wait, members: []);
        }

        if (!query.TryGetRecipients(MessagePush.MaxRecipients, out var recipients, out var problem)
            || !query.TryGetSeconds("ttl", Message.MinTtlSeconds, Message.MaxTtlSeconds, out var ttl, out problem)
            || !query.TryGetSeconds("delay", 0, Message.MaxDelaySeconds, out var delay, out problem)
            || !query.TryGetFlag("presence", out var asksPresence, out problem)
            || !PushHeaders.TryRead(request, limits.Value, out var contentType, out var key, out problem))
        {
            return problem;
        }

        var timeToLive = ttl ?? Message.DefaultTtl;
        if (delay >= timeToLive)
        {
            return Problems.BadParameter("delay", $"less than ttl ({timeToLive.TotalSeconds:F0} seconds)");
        }

        var (body, refused) = await PushBody.ReadAsync(request);
        if (refused is not null)
        {
            return refused;
        }

        var message = Message.Create(time, contentType, key, body);
        var (admitted, limited) = Admit(recipients);
        var copies = admitted.Count == 0
            ? []
            : await push.SendAsync(admitted, message, timeToLive, delay ?? TimeSpan.Zero, RequestTrace.Of(request), asksPresence);
        return PushAnswer.For(message, copies, limited, rates.Options);
    }

    private (List<Recipient> Admitted, List<LimitedCopy> Limited) Admit(IEnumerable<Recipient> recipients)
    {
        var (admitted, limited) = (new List<Recipient>(), new List<LimitedCopy>());
        foreach (var recipient in recipients)
        {
            if (rates.RefuseMessage(recipient) is { } wait)
            {
                limited.Add(new LimitedCopy(recipient, wait));
            }
            else
            {
                admitted.Add(recipient);
            }
        }

        return (admitted, limited);
    }

    private async Task<IResult> RecallAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem)
            || !query.TryGetRecallHandles("recall", recipient, out var handles, out problem))
        {
            return problem;
        }

        if (handles.Count == 0)
        {
            return Problems.BadParameter("recall", RecallHandle.Rule);
        }

        return RecallAnswer.For(handles, await recall.RunAsync(recipient, handles));
    }
}
