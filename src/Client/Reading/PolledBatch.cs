namespace FuncComet.Client;

/// <summary>What a poll was answered.</summary>
/// <param name="Messages">None where the timeout ran out.</param>
/// <param name="Arrived">When it came: a timestamp. The leases began a little before.</param>
internal sealed record PolledBatch(IReadOnlyList<CometMessage> Messages, long Arrived);
