using System.Net;

namespace FuncComet.Client.Connection;

/// <summary>Polls and acknowledges. Receipts that do not fit in one query go in requests of their own.</summary>
internal sealed class Mailbox(FunctionApp app)
{
    /// <summary>The time for which a poll may ask without the HttpClient giving up, at most this.</summary>
    public TimeSpan Shorten(TimeSpan timeout) => timeout < app.LongestHeld ? timeout : app.LongestHeld;

    public async Task<PolledBatch> PollAsync(string recipient, PollRequest request, CancellationToken cancellationToken)
    {
        var held = Shorten(request.Timeout);
        var rest = new Queue<string>(request.Acknowledges);
        var target = app.Target("poll").With("rcpt", recipient).With("timeout", held).With("lease", request.Lease)
            .With("max", request.Max);
        target.TakeFitting("ack", rest);
        if (rest.Count > 0)
        {
            await AcknowledgeBeforePollAsync(recipient, rest, cancellationToken).ConfigureAwait(false);
        }

        var answer = await app.AsRecipientAsync(recipient, HttpMethod.Get, target, FunctionApp.LimitOf(held), cancellationToken)
            .ConfigureAwait(false);
        MessageJson[] messages = answer.IsEmpty ? [] : answer.Read(CometJson.Default.PollJson).Messages;
        return new PolledBatch([.. messages.Select(message => message.ToMessage())], answer.Arrived, answer.Held, answer.RetryAfter);
    }

    /// <exception cref="FuncCometException">
    /// With the status 410: some receipts have expired, and all others are acknowledged. With another status: some or all receipts are not
    /// acknowledged.
    /// </exception>
    public async Task AcknowledgeAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken)
    {
        FuncCometException? expired = null;
        var rest = new Queue<string>(receipts);
        while (rest.Count > 0)
        {
            var target = app.Target("ack").With("rcpt", recipient);
            target.TakeFitting("receipt", rest);
            try
            {
                var answer = await app.AsRecipientAsync(recipient, HttpMethod.Post, target, FunctionApp.RequestLimit, cancellationToken)
                    .ConfigureAwait(false);
                answer.ThrowUnlessEmpty();
            }
            catch (FuncCometException ex) when (ex.Status == HttpStatusCode.Gone)
            {
                expired ??= ex;
            }
        }

        if (expired is not null)
        {
            throw expired;
        }
    }

    private async Task AcknowledgeBeforePollAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken)
    {
        try
        {
            await AcknowledgeAsync(recipient, receipts, cancellationToken).ConfigureAwait(false);
        }
        catch (FuncCometException ex) when (ex.Status == HttpStatusCode.Gone)
        {
            // As in a poll's query: a receipt that has expired does not stop the poll.
        }
    }
}
