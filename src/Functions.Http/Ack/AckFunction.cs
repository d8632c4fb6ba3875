using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Ack;

/// <summary><c>POST /api/ack</c>: acknowledges messages that were delivered under a lease.</summary>
public sealed class AckFunction(Acknowledgements acknowledgements, TokenGate tokens)
{
    private const string Late =
        "The messages of expired were acknowledged before or have been taken again since. The others are acknowledged.";

    /// <summary>Answers 204, or 410 with the receipts that have expired.</summary>
    [Function("Ack")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "ack")] HttpRequest request) =>
        HttpFunction.AnswerAnonymouslyAsync(request, (HttpMethods.Post, query => AcknowledgeAsync(request, query)));

    private async Task<IResult> AcknowledgeAsync(HttpRequest request, RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        if (await tokens.RefuseAsync(request, query, recipient) is { } refused)
        {
            return refused;
        }

        if (!query.TryGetReceipts("receipt", recipient, out var receipts, out problem))
        {
            return problem;
        }

        if (receipts.Count == 0)
        {
            return Problems.BadParameter("receipt", Receipt.Rule);
        }

        var expired = await acknowledgements.ApplyAsync(recipient, receipts);
        return expired.Count == 0 ? TypedResults.NoContent() : Problems.ReceiptExpired(expired, Late);
    }
}
