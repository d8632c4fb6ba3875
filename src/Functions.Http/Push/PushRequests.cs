using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Messages;
using FuncComet.Pushing;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Push;

/// <summary>Carries out a push, after the host or <see cref="Tokens.Authorities.SenderGate"/> has let its sender in.</summary>
public sealed class PushRequests(MessagePush push, PushLimits rates, IOptions<RequestLimitOptions> limits, TimeProvider time)
{
    /// <summary>Answers 202 and the copies that were stored, or a problem.</summary>
    internal async Task<IResult> AnswerAsync(HttpRequest request, RequestQuery query)
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
}
