namespace FuncComet.Mailboxes;

/// <summary>
/// Whether Storage answers. It is asked at most once in <see cref="Remembered"/> (once in <see cref="FailureRemembered"/> while it does not), however
/// many ask here: whoever may do so is anonymous.
/// </summary>
public sealed class StorageHealth(MailboxFactory mailboxes, TimeProvider time)
{
    /// <summary>How long an answer counts.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    /// <summary>How long the want of one counts.</summary>
    public static readonly TimeSpan FailureRemembered = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task? _latest;
    private long _began;

    /// <summary>Returns when Storage has answered.</summary>
    /// <exception cref="StorageUnavailableException">It did not.</exception>
    public Task CheckAsync()
    {
        lock (_gate)
        {
            // One that is under way serves everybody too.
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_began) >= (_latest.IsFaulted ? FailureRemembered : Remembered)))
            {
                _began = time.GetTimestamp();
                _latest = mailboxes.CheckStorageAsync();
            }

            return _latest;
        }
    }
}
