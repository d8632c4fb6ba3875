namespace FuncComet.Client.Reading;

/// <summary>The answer to a poll.</summary>
/// <param name="Messages">The messages; none if the timeout ended first.</param>
/// <param name="Arrived">When it arrived, as a <see cref="TimeProvider.GetTimestamp"/>. The leases began a little earlier.</param>
internal sealed record PolledBatch(IReadOnlyList<CometMessage> Messages, long Arrived);
