namespace FuncComet.Client;

/// <summary>A lease that was renewed.</summary>
/// <param name="Receipt">The receipt that it was renewed by, which is worth nothing any more.</param>
/// <param name="Renewed">The receipt that acknowledges, renews or releases the message from now on.</param>
/// <param name="Expires">When the new lease ends, by the app's clock: no later than the message itself.</param>
public sealed record RenewedLease(string Receipt, string Renewed, DateTimeOffset Expires);
