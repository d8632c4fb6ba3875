using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using FuncComet.Pushing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Push;

/// <summary>
/// <c>POST /api/push</c>: stores the body as a message for each recipient. <c>DELETE /api/push</c>: takes messages back that no poll has
/// received.
/// </summary>
public sealed class PushFunction(PushRequests pushes, MessageRecall recall)
{
    /// <summary>Answers POST with 202 and the copies that were stored, DELETE with 204; or with a problem.</summary>
    [Function("Push")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "push")] HttpRequest request) =>
        HttpFunction.AnswerAsync(
            request, (HttpMethods.Post, query => pushes.AnswerAsync(request, query)), (HttpMethods.Delete, RecallAsync));

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
