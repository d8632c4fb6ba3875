using FuncComet.Client.Connection;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Pushing;

/// <summary>
/// Pushes a message until every recipient has a copy, or the attempts are used up. Only recipients without one are tried again. A copy
/// whose answer was lost may be stored, so all attempts have the same key, by which receivers drop the repeat.
/// </summary>
internal sealed partial class MessagePush(FunctionApp app, TimeProvider time, ILogger logger)
{
    /// <param name="recipients">Each one once.</param>
    /// <param name="message">The message, validated.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <returns>The copies, in the order of the recipients.</returns>
    public async Task<IReadOnlyList<PushedCopy>> SendAsync(
        IReadOnlyList<string> recipients,
        OutgoingMessage message,
        CancellationToken cancellationToken)
    {
        var key = message.Key ?? Guid.NewGuid().ToString();
        var copies = new Dictionary<string, PushedCopy>(StringComparer.Ordinal);
        var rest = recipients;
        var backoff = new Backoff(Random.Shared);
        for (var attempt = 1; ; attempt++)
        {
            FuncCometException failure;
            try
            {
                var answer = await SendOnceAsync(rest, message, key, cancellationToken).ConfigureAwait(false);
                Keep(answer.Read(CometJson.Default.PushJson).Accepted);
                failure = answer.Unexpected("The answer does not name a copy for every recipient.");
            }
            catch (FuncCometException ex) when (ex.IsTransient || attempt > 1)
            {
                Keep(ex.Problem?.Accepted ?? []);
                failure = ex;
            }

            rest = [.. recipients.Where(recipient => !copies.ContainsKey(recipient))];
            if (rest.Count == 0)
            {
                return [.. recipients.Select(recipient => copies[recipient])];
            }

            if (attempt == message.Attempts || !failure.IsTransient)
            {
                throw new PushFailedException(failure, key, [.. copies.Values], [.. rest.Select(recipient => CopyOf(recipient, failure))]);
            }

            var pause = backoff.Next() + (failure.RetryAfter ?? TimeSpan.Zero);
            Log.AttemptFailed(logger, attempt, message.Attempts, pause, failure.Message);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }

        // Ignores recipients that were not asked for.
        void Keep(IEnumerable<CopyJson> accepted)
        {
            foreach (var copy in accepted.Where(copy => rest.Contains(copy.Rcpt, StringComparer.Ordinal)))
            {
                copies[copy.Rcpt] = copy.ToCopy();
            }
        }
    }

    private static FailedCopy CopyOf(string recipient, FuncCometException failure) =>
        failure.Problem?.Failed?.FirstOrDefault(failed => failed.Copy?.Rcpt == recipient)?.Copy?.ToFailedCopy()
            ?? new FailedCopy(recipient, failure.Code);

    private Task<Answer> SendOnceAsync(
        IEnumerable<string> recipients,
        OutgoingMessage message,
        string key,
        CancellationToken cancellationToken)
    {
        var target = app.Target("push").With("rcpt", recipients).With("ttl", message.TimeToLive).With("delay", message.Delay);
        if (message.AskPresence)
        {
            target.With("presence", "true");
        }

        // The headers are added as they are, because a content type of any form is delivered unchanged. ProtocolRules has checked them.
        var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, target.Uri) { Content = content };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return app.AsApplicationAsync(request, cancellationToken);
    }

    // Recipients are not logged, because they may be e-mail addresses.
    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Warning, "Attempt {Attempt} of {Attempts} to push failed, the next one follows in {Pause}: {Reason}")]
        public static partial void AttemptFailed(ILogger logger, int attempt, int attempts, TimeSpan pause, string reason);
    }
}
