using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.Functions.Lease;

/// <summary><c>POST /api/lease</c>: renews the leases of messages, or releases messages before their leases end.</summary>
public sealed class LeaseFunction(LeaseChanges changes, Leases leases, TokenGate tokens)
{
    /// <summary>Answers 200 with the receipts that were and were not applied, or 410 if none was.</summary>
    [Function("Lease")]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "lease")] HttpRequest request) =>
        HttpFunction.AnswerAnonymouslyAsync(request, (HttpMethods.Post, query => ChangeAsync(request, query)));

    private async Task<IResult> ChangeAsync(HttpRequest request, RequestQuery query)
    {
        if (!query.TryGetRecipient(out var recipient, out var problem))
        {
            return problem;
        }

        if (await tokens.RefuseAsync(request, query, recipient) is { } refused)
        {
            return refused;
        }

        if (!LeaseTimes.TryRead(query, out var lease, out var after, out problem)
            || !query.TryGetReceipts("receipt", recipient, out var receipts, out problem))
        {
            return problem;
        }

        if (receipts.Count == 0)
        {
            return Problems.BadParameter("receipt", Receipt.Rule);
        }

        if (after >= leases.ShortestLife(receipts))
        {
            return Problems.BadParameter("after", "less than what is left of the message's time to live");
        }

        return lease == TimeSpan.Zero
            ? LeaseAnswer.For(await changes.ReleaseAsync(recipient, receipts, after ?? TimeSpan.Zero), isRelease: true)
            : LeaseAnswer.For(await changes.RenewAsync(recipient, receipts, lease), isRelease: false);
    }
}
