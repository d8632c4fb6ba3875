namespace FuncComet.WakeUp;

/// <summary>What the service worker gets.</summary>
/// <param name="Rcpt">The recipient whose messages wait.</param>
public sealed record WakeUpCall(string Rcpt);
