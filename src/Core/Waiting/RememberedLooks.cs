using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>
/// What the looks of each recipient's polls have led to on this instance: how far the pauses have grown
/// (<see cref="Backoff"/>), which hidden messages were counted, and which presences were found. So the next poll of a
/// quiet mailbox does not restart with the shortest pause, nor with looking for a message that stays hidden for days.
/// </summary>
/// <remarks>Forgetting a recipient costs a few early looks.</remarks>
public sealed class RememberedLooks(TimeProvider time) : IRecipientMemory, IDisposable
{
    private static readonly TimeSpan StepLifetime = TimeSpan.FromMinutes(5);

    private readonly PassingMemory<Recipient, Reached> _looks = new(time);

    /// <summary>
    /// The step that the recipient's polls reached within the last five minutes, or 0, and what was counted and which
    /// presences were known within the last ten.
    /// </summary>
    internal (int Step, HiddenCount Hidden, KnownPresences Presences) Of(Recipient recipient) =>
        _looks.Of(recipient) is var (reached, age)
            ? (age < StepLifetime ? reached.Step : 0, reached.Hidden, reached.Presences)
            : default;

    /// <summary>Remembers all of it for the recipient's next poll.</summary>
    internal void Remember(Recipient recipient, int step, HiddenCount hidden = default, KnownPresences presences = default)
    {
        if (step == 0 && hidden.Messages == 0 && presences == default)
        {
            _looks.Forget(recipient);
            return;
        }

        _looks.Remember(recipient, new Reached(step, hidden, presences));
    }

    /// <inheritdoc/>
    public void Forget(Recipient recipient) => _looks.Forget(recipient);

    /// <inheritdoc/>
    public void Dispose() => _looks.Dispose();

    private readonly record struct Reached(int Step, HiddenCount Hidden, KnownPresences Presences);
}
