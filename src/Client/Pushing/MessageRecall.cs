using System.Collections.Concurrent;
using System.Net;
using FuncComet.Client.Connection;

namespace FuncComet.Client.Pushing;

/// <summary>Takes pushed copies back. A request has the handles of one recipient, and some requests run at the same time.</summary>
internal sealed class MessageRecall(FunctionApp app)
{
    private const int MaxHandles = 32;
    private const int MaxRequests = 8;

    /// <returns>The copies that were taken back. A copy without a handle was not, and needs no request.</returns>
    public async Task<IReadOnlyList<PushedCopy>> SendAsync(IReadOnlyList<PushedCopy> copies, CancellationToken cancellationToken)
    {
        var batches = copies
            .Where(copy => copy.Recall is not null)
            .GroupBy(copy => copy.Recipient, copy => copy.Recall!, StringComparer.Ordinal)
            .SelectMany(group => group.Distinct().Chunk(MaxHandles).Select(handles => (Recipient: group.Key, Handles: handles)));
        var outcomes = new ConcurrentBag<Outcome>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            batches,
            parallel,
            async (batch, end) =>
            {
                var rest = new Queue<string>(batch.Handles);
                while (rest.Count > 0)
                {
                    outcomes.Add(await SendOnceAsync(batch.Recipient, rest, end).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);

        var recalled = CopiesOf(outcome => outcome.Recalled);
        return outcomes.FirstOrDefault(outcome => outcome.Failure is not null) is { Failure: { } failure }
            ? throw new RecallFailedException(failure, recalled, CopiesOf(outcome => outcome.Failed))
            : recalled;

        List<PushedCopy> CopiesOf(Func<Outcome, IEnumerable<string>> handles)
        {
            var known = outcomes.SelectMany(handles).ToHashSet(StringComparer.Ordinal);
            return [.. copies.Where(copy => copy.Recall is not null && known.Contains(copy.Recall))];
        }
    }

    private async Task<Outcome> SendOnceAsync(string recipient, Queue<string> handles, CancellationToken cancellationToken)
    {
        var target = app.Target("push").With("rcpt", recipient);
        var sent = target.TakeFitting("recall", handles);
        try
        {
            var request = new HttpRequestMessage(HttpMethod.Delete, target.Uri);
            (await app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false)).ThrowUnlessEmpty();
            return new Outcome(sent, [], null);
        }
        catch (FuncCometException ex) when (ex is { Status: HttpStatusCode.Conflict, Code: "already-delivered" })
        {
            return new Outcome(sent.Except(ex.Problem?.Delivered ?? [.. sent]), [], null);
        }
        catch (FuncCometException ex) when (ex.Problem is { Failed: not null, Delivered: not null })
        {
            var failed = ex.Problem.Failed.Select(failed => failed.Handle).OfType<string>().ToList();
            return new Outcome(sent.Except(failed).Except(ex.Problem.Delivered), failed, ex);
        }
        catch (FuncCometException ex)
        {
            return new Outcome([], sent, ex);
        }
    }

    private sealed record Outcome(IEnumerable<string> Recalled, IEnumerable<string> Failed, FuncCometException? Failure);
}
