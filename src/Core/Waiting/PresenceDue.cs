using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>That polls wait on this instance, to be published.</summary>
/// <param name="Instance">This instance's name.</param>
/// <param name="Until">When the last of the polls ends.</param>
/// <param name="Left">How long that is away.</param>
/// <param name="Others">The presences of other instances, as far as they are known. A write replaces all.</param>
internal readonly record struct PresenceDue(string Instance, TimeSpan Until, TimeSpan Left, IReadOnlyList<Presence> Others);
