using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Mailboxes;

/// <summary><c>GET /api/mailbox/messages</c>: shows the first messages of a mailbox that can be received, and takes none.</summary>
public sealed class MailboxMessagesFunction(MailboxContents contents)
{
    /// <summary>Answers 200 with the messages, and with their bodies if they are asked for.</summary>
    [Function("MailboxMessages")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "mailbox/messages")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, ShowAsync));

    private async Task<IResult> ShowAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem)
            || !query.TryGetNumber("max", 1, MailboxContents.MaxShown, "a whole number", out var max, out problem)
            || !query.TryGetFlag("bodies", out var withBodies, out problem))
        {
            return problem;
        }

        var messages = await contents.ShowAsync(recipient, max ?? MailboxContents.MaxShown);
        var answer = MailboxMessagesAnswer.Of(recipient, messages, withBodies);
        return JsonAnswer.Of(answer, MailboxMessagesAnswerJson.Default.MailboxMessagesAnswer);
    }
}
