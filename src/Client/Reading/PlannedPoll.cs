namespace FuncComet.Client.Reading;

/// <summary>How a poll asks, by what <see cref="PollLimit"/> has found out.</summary>
/// <param name="Wait">For how long.</param>
/// <param name="HasShortLease">Whether its messages should come again soon, because they may be lost on their way.</param>
/// <param name="IsProbe">Whether it finds out if the limit still holds.</param>
/// <param name="Began">When it began, as a <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed record PlannedPoll(TimeSpan Wait, bool HasShortLease, bool IsProbe, long Began);
