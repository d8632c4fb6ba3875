namespace FuncComet.Mailboxes;

/// <summary>
/// Whether Storage answers. However many callers ask, Storage is asked at most once per <see cref="Remembered"/> (once
/// per <see cref="FailureRemembered"/> while it fails), since callers are anonymous.
/// </summary>
public sealed class StorageHealth(MailboxFactory mailboxes, TimeProvider time)
{
    /// <summary>How long a success is reused.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    /// <summary>How long a failure is reused.</summary>
    public static readonly TimeSpan FailureRemembered = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task? _latest;
    private long _began;

    /// <summary>Whether Storage answers.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            await CheckAsync();
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Returns when Storage has answered.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public Task CheckAsync()
    {
        lock (_gate)
        {
            // All callers share a check that is under way.
            if (_latest is null
                || (_latest.IsCompleted && time.GetElapsedTime(_began) >= (_latest.IsFaulted ? FailureRemembered : Remembered)))
            {
                _began = time.GetTimestamp();
                _latest = mailboxes.CheckStorageAsync();
            }

            return _latest;
        }
    }
}
