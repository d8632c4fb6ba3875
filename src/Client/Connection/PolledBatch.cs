namespace FuncComet.Client.Connection;

/// <summary>The answer to a poll.</summary>
/// <param name="Messages">The messages; none if the timeout ended first.</param>
/// <param name="Arrived">When it arrived, as a <see cref="TimeProvider.GetTimestamp"/>. The leases began a little earlier.</param>
/// <param name="Held">How long the poll was under way until then.</param>
/// <param name="RetryAfter">
/// The time over which the next polls should be spread, because an instance that stops answers all its polls in one moment; null: none.
/// </param>
internal sealed record PolledBatch(IReadOnlyList<CometMessage> Messages, long Arrived, TimeSpan Held, TimeSpan? RetryAfter);
