namespace FuncComet.Waiting;

/// <summary>A push that waits for a poll. Its continuation runs on the thread that resumes it, as that of a poll does.</summary>
internal sealed class WaitingPush(TimeSpan longestLease, bool plainOnly) : PushWaiter(longestLease, plainOnly)
{
    private readonly TaskCompletionSource<WaitingPoll?> _claimed = new();

    /// <summary>The poll that was claimed; null if there is none.</summary>
    public Task<WaitingPoll?> Claimed => _claimed.Task;

    public override void Resume(Waiter? claimed) => _claimed.SetResult((WaitingPoll?)claimed);
}
