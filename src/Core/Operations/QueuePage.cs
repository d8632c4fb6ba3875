namespace FuncComet.Operations;

/// <summary>Part of a listing of queues.</summary>
/// <param name="Found">What was selected, in the order in which Storage lists the queues.</param>
/// <param name="Next">Where the next part begins, which may be empty; null if there is no more.</param>
public sealed record QueuePage<T>(IReadOnlyList<T> Found, QueuePosition? Next);

/// <summary>A queue of a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Position">The position just after it.</param>
public sealed record QueueEntry(string Name, IDictionary<string, string> Metadata, QueuePosition Position);
