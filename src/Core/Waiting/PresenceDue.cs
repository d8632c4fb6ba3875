namespace FuncComet.Waiting;

/// <summary>That polls wait on this instance, to be published.</summary>
/// <param name="Instance">This instance's name.</param>
/// <param name="Until">When the last of the polls ends.</param>
/// <param name="Left">How long that is away.</param>
internal readonly record struct PresenceDue(string Instance, TimeSpan Until, TimeSpan Left);
