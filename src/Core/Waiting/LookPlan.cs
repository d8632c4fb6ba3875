namespace FuncComet.Waiting;

/// <summary>What a look does before it peeks.</summary>
/// <param name="Presence">The presence that the mailbox's metadata should have from this look on; null if none.</param>
/// <param name="PublishesFirst">Whether the presence must be published before the look.</param>
/// <param name="CountsFirst">Whether it counts the mailbox, hidden messages included, and peeks only if there are any.</param>
internal readonly record struct LookPlan(PresenceDue? Presence, bool PublishesFirst, bool CountsFirst);
