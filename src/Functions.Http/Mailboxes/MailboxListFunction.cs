using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Mailboxes;

/// <summary><c>GET /api/mailboxes</c>: lists the recipients that have a mailbox.</summary>
public sealed class MailboxListFunction(MailboxList mailboxes)
{
    /// <summary>Answers 200 with a part of the list, which may be empty.</summary>
    [Function("Mailboxes")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "mailboxes")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, ListAsync));

    private async Task<IResult> ListAsync(RequestQuery query)
    {
        if (!query.TryGetFlag("counts", out var counts, out var problem)
            || !query.TryGetNumber(
                "max", 1, counts ? MailboxList.MaxCounted : MailboxList.MaxListed, "a whole number", out var max, out problem)
            || !query.TryGetAfter(out var after, out problem))
        {
            return problem;
        }

        return await mailboxes.ListAsync(after, max ?? MailboxList.DefaultListed, counts) is { } page
            ? JsonAnswer.Of(MailboxListAnswer.Of(page), MailboxListAnswerJson.Default.MailboxListAnswer)
            : AfterParameter.Refused();
    }
}
