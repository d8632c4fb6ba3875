using System.Collections.Concurrent;
using Lib.Net.Http.WebPush;

namespace FuncComet.WakeUp.Tests;

/// <summary>Stands for the application's database.</summary>
internal sealed class YourSubscriptions : ISubscriptions
{
    public ConcurrentDictionary<string, List<PushSubscription>> Kept { get; } = [];

    public Task<IReadOnlyList<PushSubscription>> OfAsync(string recipient, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PushSubscription>>(Kept.TryGetValue(recipient, out var kept) ? [.. kept] : []);

    public Task RemoveAsync(string recipient, PushSubscription subscription, CancellationToken cancellationToken)
    {
        Kept[recipient].Remove(subscription);
        return Task.CompletedTask;
    }
}
