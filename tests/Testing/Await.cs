namespace FuncComet.Testing;

/// <summary>Bounds for awaits in tests: generous guards against hanging, never a measure.</summary>
public static class Await
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Guard);

    public static Task Bounded(this Task task) => task.WaitAsync(Guard);

    /// <summary>Returns when the condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what, BetweenLooks);

    /// <summary>The same where somebody has to be asked.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, what, BetweenQuestions);

    private static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan pause)
    {
        using var end = new CancellationTokenSource(Guard);
        while (!await condition().Bounded())
        {
            if (end.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }

            await Task.Delay(pause, CancellationToken.None);
        }
    }
}
