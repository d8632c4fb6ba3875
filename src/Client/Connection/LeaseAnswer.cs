namespace FuncComet.Client.Connection;

/// <summary>What one request has done to the leases of its receipts.</summary>
/// <param name="Done">The receipts that were renewed or released.</param>
/// <param name="Expired">The receipts whose lease was over.</param>
/// <param name="Failed">The remaining receipts. Nobody knows whether the app has renewed or released them.</param>
/// <param name="Failure">Why the outcome of <c>Failed</c> is unknown. Null if <c>Failed</c> is empty.</param>
internal sealed record LeaseAnswer(
    IReadOnlyList<LeaseJson> Done,
    IReadOnlyList<string> Expired,
    IReadOnlyList<string> Failed,
    FuncCometException? Failure);
