using FuncComet.Functions.Answers;
using FuncComet.Functions.Hosting;
using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.About;

/// <summary><c>GET /api/about</c>: tells which version serves, and how the instance that answers is.</summary>
public sealed class AboutFunction(HeldPolls held, StorageHealth storage)
{
    /// <summary>Answers 200, also if the storage does not answer.</summary>
    [Function("About")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "about")] HttpRequest request) =>
        HttpFunction.AnswerAsync(request, (HttpMethods.Get, _ => TellAsync()));

    private async Task<IResult> TellAsync()
    {
        var answer = new AboutAnswer(
            AppVersion.Number,
            AppVersion.Commit,
            AppInstance.Id,
            Rfc3339.Format(AppInstance.Started),
            new(held.Count, held.Limits.MaxHeldPolls, held.Limits.MaxHeldPollsPerRecipient),
            new(await storage.AnswersAsync()));
        return JsonAnswer.Of(answer, AboutAnswerJson.Default.AboutAnswer);
    }
}
