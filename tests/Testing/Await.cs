namespace FuncComet.Testing;

/// <summary>Bounds for awaits in tests: generous guards against hanging, never a measure.</summary>
public static class Await
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Guard);

    public static Task Bounded(this Task task) => task.WaitAsync(Guard);

    /// <summary>Returns when the condition holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var end = new CancellationTokenSource(Guard);
        while (!condition())
        {
            if (end.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
    }
}
