namespace FuncComet.Client;

/// <summary>How many dead letters a recipient has.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="Letters">The approximate number of letters.</param>
public sealed record DeadLetterCount(string Recipient, long Letters);
