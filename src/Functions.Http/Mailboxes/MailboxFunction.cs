using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Mailboxes;

/// <summary><c>GET</c> and <c>DELETE /api/mailbox</c>: counts a recipient's messages, or deletes them.</summary>
public sealed class MailboxFunction(MailboxFactory mailboxes)
{
    /// <summary>Answers GET with 200 and the approximate count, DELETE with 204.</summary>
    [Function("Mailbox")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "mailbox")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, ShowAsync), (HttpMethods.Delete, ClearAsync));

    private async Task<IResult> ShowAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        var count = await mailboxes.Open(recipient).CountAsync();
        return TypedResults.Json(new MailboxAnswer(recipient.Name, count ?? 0, count is not null), MailboxAnswerJson.Default.MailboxAnswer);
    }

    private async Task<IResult> ClearAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        return await mailboxes.Open(recipient).ClearAsync() ? TypedResults.NoContent() : Problems.MailboxEmptiedInPart();
    }
}
