using FuncComet.Functions.Requests;
using FuncComet.Messages;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.DeadLetters;

/// <summary><c>POST /api/deadletters/redrive</c>: puts dead letters back into their mailboxes.</summary>
public sealed class DeadLettersRedriveFunction(DeadLetterRedrive redrive)
{
    /// <summary>Answers 200 with what was put back.</summary>
    [Function("DeadLettersRedrive")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "deadletters/redrive")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Post, RedriveAsync));

    private async Task<IResult> RedriveAsync(RequestQuery query)
    {
        if (!LettersToChange.TryRead(query, out var letters, out var problem)
            || !query.TryGetSeconds("ttl", Message.MinTtlSeconds, Message.MaxTtlSeconds, out var ttl, out problem))
        {
            return problem;
        }

        var timeToLive = ttl ?? Message.DefaultTtl;
        var result = letters.Recipient is { } recipient
            ? await redrive.RunAsync(recipient, timeToLive)
            : await redrive.RunAllAsync(letters.After, timeToLive);
        return result is null ? AfterParameter.Refused() : ChangedLettersAnswer.For(result);
    }
}
