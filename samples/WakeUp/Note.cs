namespace FuncComet.WakeUp;

/// <summary>What FuncComet writes about a message that nobody waited for.</summary>
/// <param name="Rcpt">The recipient.</param>
/// <param name="Id">The message's id, as in its deliveries.</param>
/// <param name="Time">When it was pushed.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Key">The <c>Idempotency-Key</c> that it was pushed with, if any.</param>
public sealed record Note(string Rcpt, string Id, DateTimeOffset Time, string ContentType, string? Key = null);
