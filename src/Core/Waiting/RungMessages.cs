namespace FuncComet.Waiting;

/// <summary>
/// The messages that pushes have rung for and that no look here has received since. If a look has found the mailbox empty before, nothing
/// else is in it, as far as this instance knows. So when all of them are received, it is empty again, and needs no look that shows it.
/// </summary>
internal sealed class RungMessages
{
    // More is a backlog, which ends with a look that finds nothing.
    private const int Most = 64;

    // Ordered by their rings.
    private readonly List<Guid> _ids = new(0);

    // Whether nothing else can be in the mailbox.
    private bool _areAll;
    private int _beforeLook;
    private bool _isUnclearSinceLook;

    /// <summary>Whether all that can be in the mailbox has been received.</summary>
    public bool AreAllReceived => _areAll && _ids.Count == 0;

    /// <summary>A push has rung for a message; null if it is not known for which, or how many.</summary>
    public void Add(Guid? id)
    {
        if (id is { } known && _ids.Count < Most)
        {
            _ids.Add(known);
            return;
        }

        Forget();
    }

    /// <summary>A look has begun.</summary>
    public void LookBegun() => (_beforeLook, _isUnclearSinceLook) = (_ids.Count, false);

    /// <summary>The look has found nothing. What was rung for after it began may be there.</summary>
    public void FoundEmpty()
    {
        _ids.RemoveRange(0, _beforeLook);
        _areAll = !_isUnclearSinceLook;
    }

    /// <summary>The look has received these messages.</summary>
    public void Received(IReadOnlyCollection<Guid> ids) => _ids.RemoveAll(id => ids.Contains(id));

    /// <summary>Something else may be in the mailbox.</summary>
    public void Forget()
    {
        _ids.Clear();
        (_areAll, _beforeLook, _isUnclearSinceLook) = (false, 0, true);
    }
}
