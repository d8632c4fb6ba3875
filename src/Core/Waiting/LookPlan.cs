namespace FuncComet.Waiting;

/// <summary>What a look does before it peeks.</summary>
/// <param name="Presence">The presence to publish; null if none is due.</param>
/// <param name="CountsFirst">Whether it counts the mailbox, hidden messages included, and peeks only if there are any.</param>
internal readonly record struct LookPlan(PresenceDue? Presence, bool CountsFirst);
