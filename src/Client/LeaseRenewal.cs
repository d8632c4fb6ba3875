namespace FuncComet.Client;

/// <summary>What <see cref="FuncCometClient.RenewAsync"/> has renewed.</summary>
/// <param name="Leases">The renewed leases, in the order of the receipts.</param>
/// <param name="Expired">
/// The receipts whose lease could not be renewed: the message is gone or with another reader, or it was renewed or released by this receipt
/// before.
/// </param>
public sealed record LeaseRenewal(IReadOnlyList<RenewedLease> Leases, IReadOnlyList<string> Expired);
