using FuncComet.Functions.Requests;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.DeadLetters;

/// <summary><c>GET</c> and <c>DELETE /api/deadletters</c>: shows dead letters, or removes them.</summary>
public sealed class DeadLettersFunction(DeadLetterListing listing, DeadLetterPurge purge)
{
    /// <summary>Answers GET with the letters of a recipient or the recipients that have letters, DELETE with what is removed.</summary>
    [Function("DeadLetters")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Function, Route = "deadletters")] HttpRequest request) =>
        HttpFunction.AnswerAsync(
            request,
            (HttpMethods.Get, query => query.Has("rcpt") ? ShowAsync(query) : ListAsync(query)),
            (HttpMethods.Delete, PurgeAsync));

    private async Task<IResult> ShowAsync(RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem)
            || !query.TryGetNumber("max", 1, DeadLetterListing.MaxLetters, "a whole number", out var max, out problem)
            || !query.TryGetFlag("bodies", out var withBodies, out problem))
        {
            return problem;
        }

        var shown = await listing.ShowAsync(recipient, max ?? DeadLetterListing.MaxLetters);
        return LettersAnswer.For(recipient, shown, withBodies);
    }

    private async Task<IResult> ListAsync(RequestQuery query)
    {
        if (!query.TryGetNumber("max", 1, DeadLetterListing.MaxRecipients, "a whole number", out var max, out var problem)
            || !query.TryGetAfter(out var after, out problem))
        {
            return problem;
        }

        return await listing.ListAsync(max ?? DeadLetterListing.DefaultRecipients, after) is { } listed
            ? RecipientsAnswer.For(listed)
            : AfterParameter.Refused();
    }

    private async Task<IResult> PurgeAsync(RequestQuery query)
    {
        if (!LettersToChange.TryRead(query, out var letters, out var problem))
        {
            return problem;
        }

        var result = letters.Recipient is { } recipient ? await purge.RunAsync(recipient) : await purge.RunAllAsync(letters.After);
        return result is null ? AfterParameter.Refused() : ChangedLettersAnswer.For(result);
    }
}
