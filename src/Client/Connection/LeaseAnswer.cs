namespace FuncComet.Client.Connection;

/// <summary>What one request has done to the leases of its receipts.</summary>
/// <param name="Done">The receipts that were renewed or released.</param>
/// <param name="Expired">The receipts whose lease was over.</param>
/// <param name="Failed">All other receipts: it may be done or not.</param>
/// <param name="Failure">Why there are other receipts; null if there are none.</param>
internal sealed record LeaseAnswer(
    IReadOnlyList<LeaseJson> Done,
    IReadOnlyList<string> Expired,
    IReadOnlyList<string> Failed,
    FuncCometException? Failure);
