namespace FuncComet.Testing;

/// <summary>Time limits for awaits in tests. They are generous: they keep a test from hanging and measure nothing.</summary>
public static class Await
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMilliseconds(50);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Guard);

    public static Task Bounded(this Task task) => task.WaitAsync(Guard);

    /// <summary>Returns when the condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what, BetweenChecks);

    /// <summary>Returns when the condition holds; checks it less often, because each check sends a request.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, what, BetweenRequests);

    private static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan pause)
    {
        using var end = new CancellationTokenSource(Guard);
        while (!await condition().Bounded())
        {
            if (end.IsCancellationRequested)
            {
                throw new TimeoutException($"This did not happen in time: {what}.");
            }

            await Task.Delay(pause, CancellationToken.None);
        }
    }
}
