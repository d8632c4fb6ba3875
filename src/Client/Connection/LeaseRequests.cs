using System.Net;

namespace FuncComet.Client.Connection;

/// <summary>Renews and releases leases, with one request for as many receipts as fit in its query.</summary>
internal sealed class LeaseRequests(FunctionApp app)
{
    /// <summary>Takes receipts from the queue, at least one, and renews their leases.</summary>
    /// <param name="recipient">Whose messages they are.</param>
    /// <param name="receipts">What is to be renewed.</param>
    /// <param name="lease">How long the new leases last from now on.</param>
    /// <param name="limit">How long to wait for the answer.</param>
    /// <param name="cancellationToken">Cancels the request, whose answer is lost then.</param>
    public Task<LeaseAnswer> RenewOnceAsync(
        string recipient,
        Queue<string> receipts,
        TimeSpan lease,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var target = app.Target("lease").With("rcpt", recipient).With("seconds", lease);

        // Without a new receipt in the answer, a renewal counts as failed.
        return SendAsync(recipient, receipts, target, done => done is { Renewed: not null, Expires: not null }, limit, cancellationToken);
    }

    /// <summary>Renews all leases, for callers with a loop of their own.</summary>
    public async Task<LeaseRenewal> RenewAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan lease,
        CancellationToken cancellationToken)
    {
        var answer = await SendAllAsync(
            receipts,
            rest => RenewOnceAsync(recipient, rest, lease, FunctionApp.RequestLimit, cancellationToken)).ConfigureAwait(false);
        return new LeaseRenewal(Renewed(answer), answer.Expired);
    }

    /// <summary>Releases all leases. Throws if the outcome of any is unknown.</summary>
    /// <returns>The receipts whose lease was over.</returns>
    public async Task<IReadOnlyList<string>> ReleaseAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan after,
        CancellationToken cancellationToken)
    {
        var answer = await SendAllAsync(
            receipts,
            rest => SendAsync(recipient, rest, Target(), _ => true, FunctionApp.RequestLimit, cancellationToken)).ConfigureAwait(false);
        return answer.Expired;

        Target Target() => app.Target("lease").With("rcpt", recipient).With("seconds", 0)
            .With("after", after > TimeSpan.Zero ? after : null);
    }

    private static async Task<LeaseAnswer> SendAllAsync(IEnumerable<string> receipts, Func<Queue<string>, Task<LeaseAnswer>> send)
    {
        var rest = new Queue<string>(receipts);
        var all = new LeaseAnswer([], [], [], null);
        while (rest.Count > 0 && all.Failure is null)
        {
            var answer = await send(rest).ConfigureAwait(false);
            all = new LeaseAnswer([.. all.Done, .. answer.Done], [.. all.Expired, .. answer.Expired], answer.Failed, answer.Failure);
        }

        return all.Failure is null
            ? all
            : throw new LeaseFailedException(all.Failure, Renewed(all), all.Expired, [.. all.Failed, .. rest]);
    }

    private static List<RenewedLease> Renewed(LeaseAnswer answer) =>
    [
        .. answer.Done
            .Where(done => done.Renewed is not null)
            .Select(done => new RenewedLease(done.Receipt, done.Renewed!, done.Expires!.Value)),
    ];

    private async Task<LeaseAnswer> SendAsync(
        string recipient,
        Queue<string> receipts,
        Target target,
        Func<LeaseJson, bool> isDone,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var sent = target.TakeFitting("receipt", receipts);
        try
        {
            var answer = await app.AsRecipientAsync(recipient, HttpMethod.Post, target, limit, cancellationToken).ConfigureAwait(false);
            var leases = answer.Read(CometJson.Default.LeasesJson);
            return Of(leases.Leases, leases.Expired, answer.Unexpected("The answer does not name every receipt."));
        }
        catch (FuncCometException ex) when (ex is { Status: HttpStatusCode.Gone, Code: "receipt-expired" })
        {
            return new LeaseAnswer([], sent, [], null);
        }
        catch (FuncCometException ex)
        {
            return Of(ex.Problem?.Leases ?? [], ex.Problem?.Expired ?? [], ex);
        }

        // Ignores receipts that were not asked for.
        LeaseAnswer Of(IEnumerable<LeaseJson> leases, IEnumerable<string> expired, FuncCometException failure)
        {
            var done = leases.Where(isDone).IntersectBy(sent, lease => lease.Receipt).ToList();
            var over = expired.Intersect(sent).ToList();
            var failed = sent.Except(done.Select(lease => lease.Receipt)).Except(over).ToList();
            return new LeaseAnswer(done, over, failed, failed.Count == 0 ? null : failure);
        }
    }
}
