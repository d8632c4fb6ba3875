namespace FuncComet.Client.Reading;

/// <summary>Remembers the last handled messages of each recipient by id and by key.</summary>
internal sealed class HandledMessages(int capacity)
{
    private readonly Lock _lock = new();
    private readonly HashSet<(string Recipient, string Kind, string Name)> _known = [];
    private readonly Queue<(string Recipient, string Kind, string Name)[]> _oldest = [];

    public bool Contains(string recipient, CometMessage message)
    {
        lock (_lock)
        {
            return NamesOf(recipient, message).Any(_known.Contains);
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

    private static IEnumerable<(string Recipient, string Kind, string Name)> NamesOf(string recipient, CometMessage message)
    {
        yield return (recipient, "id", message.Id);
        if (message.Key is not null)
        {
            yield return (recipient, "key", message.Key);
        }
    }
}
