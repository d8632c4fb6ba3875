namespace FuncComet.Recipients;

/// <summary>
/// Something that this instance remembers of recipients when nothing of theirs is under way here. It forgets them by itself
/// (<see cref="PassingMemory{TKey, TValue}"/>), and one at once if it is told to.
/// </summary>
public interface IRecipientMemory
{
    /// <summary>Forgets a recipient at once, because it is erased.</summary>
    void Forget(Recipient recipient);
}
