namespace FuncComet.Client.Reading;

/// <summary>
/// Remembers the last handled messages of each recipient by id and by key. Those that will come again are remembered beside them: a long
/// lease may end only after many other messages.
/// </summary>
internal sealed class HandledMessages(int capacity)
{
    private const int MaxReturning = 1_000;

    private readonly Lock _lock = new();
    private readonly HashSet<(string Recipient, string Kind, string Name)> _known = [];
    private readonly Queue<(string Recipient, string Kind, string Name)[]> _oldest = [];
    private readonly HashSet<(string Recipient, string Id)> _returning = [];
    private readonly Queue<(string Recipient, string Id)> _oldestReturning = [];

    public bool Contains(string recipient, CometMessage message)
    {
        lock (_lock)
        {
            return _returning.Contains((recipient, message.Id)) || NamesOf(recipient, message).Any(_known.Contains);
        }
    }

    public void Add(string recipient, CometMessage message)
    {
        lock (_lock)
        {
            _oldest.Enqueue([.. NamesOf(recipient, message).Where(_known.Add)]);
            if (_oldest.Count > capacity)
            {
                _known.ExceptWith(_oldest.Dequeue());
            }
        }
    }

    /// <summary>Remembers a handled message that may not have been acknowledged, however many are handled after it.</summary>
    public void AddReturning(string recipient, CometMessage message)
    {
        lock (_lock)
        {
            if (_returning.Add((recipient, message.Id)))
            {
                _oldestReturning.Enqueue((recipient, message.Id));
            }

            if (_oldestReturning.Count > MaxReturning)
            {
                _returning.Remove(_oldestReturning.Dequeue());
            }
        }
    }

    private static IEnumerable<(string Recipient, string Kind, string Name)> NamesOf(string recipient, CometMessage message)
    {
        yield return (recipient, "id", message.Id);
        if (message.Key is not null)
        {
            yield return (recipient, "key", message.Key);
        }
    }
}
