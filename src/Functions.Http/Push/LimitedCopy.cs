using FuncComet.Recipients;

namespace FuncComet.Functions.Push;

/// <summary>A copy that was not sent, because its recipient is over the limit of <see cref="PushLimits"/>.</summary>
/// <param name="Recipient">The copy's recipient.</param>
/// <param name="RetryAfter">When the next copy would be sent.</param>
internal sealed record LimitedCopy(Recipient Recipient, TimeSpan RetryAfter);
