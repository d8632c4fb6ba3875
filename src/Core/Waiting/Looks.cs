namespace FuncComet.Waiting;

/// <summary>The looks of a <see cref="WaitingRoom"/>: what they have shown of the mailbox, and which polls may rely on that.</summary>
internal sealed class Looks
{
    private readonly RungMessages _rung = new();
    private Look? _current;
    private int _begun;
    private int _lastEmpty;
    private TimeSpan _lastBegan = TimeSpan.MinValue;

    /// <summary>What is known of the mailbox.</summary>
    public MailboxKnowledge Mailbox { get; private set; }

    /// <summary>Whether a look is under way.</summary>
    public bool IsUnderWay => _current is not null;

    /// <summary>Whether a look is wanted by one of these polls, or for all because something may be in the mailbox.</summary>
    public bool IsWantedBy(List<Waiter> polls) => !Mailbox.IsEmpty || polls.Exists(poll => poll.FirstLook > _begun);

    /// <summary>Whether a look has begun at this time or later.</summary>
    public bool HasBegunSince(TimeSpan time) => _lastBegan >= time;

    /// <summary>Whether a look that the poll may rely on has found nothing.</summary>
    public bool HaveCovered(Waiter poll) => poll.FirstLook <= _lastEmpty;

    /// <summary>The poll relies on looks that begin from now on.</summary>
    public void RelyOnNext(Waiter poll) => poll.FirstLook = _begun + 1;

    /// <summary>The poll relies on the last look that found nothing, as if it had waited since.</summary>
    public void RelyOnLastEmpty(Waiter poll) => poll.FirstLook = _lastEmpty;

    /// <summary>A push has rung, for this message; null if it is not known for which, or how many.</summary>
    public void Ring(Guid? message)
    {
        Mailbox = Mailbox.Rung();
        _rung.Add(message);
    }

    /// <summary>Something may have come.</summary>
    public void Forget()
    {
        Mailbox = Mailbox.Forgotten();
        _rung.Forget();
    }

    /// <summary>
    /// If all that pushes have rung for is received, and nothing else can be there, the mailbox is as empty as when a look last found
    /// nothing. For polls that have come since then, that does not take the place of a look.
    /// </summary>
    public void EmptyIfAllIsReceived()
    {
        if (Mailbox.State == MailboxState.Unknown && _rung.AreAllReceived)
        {
            Mailbox = Mailbox.Emptied();
        }
    }

    /// <summary>The poll begins a look. Returns what it is woken for.</summary>
    public WakeReason Begin(Waiter poll, TimeSpan now)
    {
        _lastBegan = now;
        var rings = Mailbox.Rings;
        _current = new Look(++_begun, poll, rings);
        Mailbox = Mailbox.LookBegun();
        _rung.LookBegun();
        return rings > 0 ? WakeReason.Receive : WakeReason.Look;
    }

    /// <summary>The poll reports its look. False if it is not the poll that looks.</summary>
    /// <param name="poll">The poll.</param>
    /// <param name="result">The result; null if the poll has left without one.</param>
    /// <param name="messages">The messages that it has received.</param>
    /// <param name="now">The time.</param>
    public bool TryEnd(Waiter poll, LookResult? result, IReadOnlyCollection<Guid> messages, TimeSpan now)
    {
        if (_current is not { } look || look.Poll != poll)
        {
            return false;
        }

        _current = null;
        if (result is LookResult.Empty or LookResult.Missing)
        {
            _lastEmpty = look.Number;
            Mailbox = Mailbox.FoundEmpty(isMissing: result == LookResult.Missing, now);
            _rung.FoundEmpty();
            return true;
        }

        // A ring stands for a message. A look that has no result, or failed, has found none.
        Mailbox = Mailbox.Forgotten(unanswered: Math.Max(0, look.Rings - messages.Count));
        if (result is LookResult.Messages or LookResult.SetAside)
        {
            _rung.Received(messages);
        }
        else
        {
            _rung.Forget();
        }

        return true;
    }

    /// <param name="Number">Which look of the room it is, from 1.</param>
    /// <param name="Poll">The poll that makes it.</param>
    /// <param name="Rings">How many rings it answers.</param>
    private readonly record struct Look(int Number, Waiter Poll, int Rings);
}
