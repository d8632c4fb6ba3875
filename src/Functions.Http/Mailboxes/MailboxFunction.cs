using FuncComet.Doorbells;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Mailboxes;

/// <summary><c>GET</c> and <c>DELETE /api/mailbox</c>: counts a recipient's messages, deletes them, or erases the recipient.</summary>
public sealed class MailboxFunction(MailboxFactory mailboxes, PresenceQuery presences, MailboxContents contents, Erasure erasure)
{
    /// <summary>
    /// Answers GET with 200, the approximate count and whether a poll waits, DELETE with 204, or with 202 if not all is erased.
    /// </summary>
    [Function("Mailbox")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "mailbox")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, ShowAsync), (HttpMethods.Delete, DeleteAsync));

    private async Task<IResult> ShowAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        var status = await PresenceQuery.ReadAsync(mailboxes.Open(recipient));
        var answer = MailboxAnswer.Of(status, presences.Of(recipient, status));
        return JsonAnswer.Of(answer, MailboxAnswerJson.Default.MailboxAnswer);
    }

    private async Task<IResult> DeleteAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem) || !query.TryGetFlag("erase", out var erases, out problem))
        {
            return problem;
        }

        return erases ? ErasureAnswer.For(await erasure.EraseAsync(recipient))
            : await contents.ClearAsync(recipient) ? TypedResults.NoContent()
            : Problems.MailboxEmptiedInPart();
    }
}
