using Lib.Net.Http.WebPush;

namespace FuncComet.WakeUp;

/// <summary>The push subscriptions of each recipient's browsers, in your application's database.</summary>
public interface ISubscriptions
{
    /// <summary>Those of one recipient; a recipient can have several browsers.</summary>
    Task<IReadOnlyList<PushSubscription>> OfAsync(string recipient, CancellationToken cancellationToken);

    /// <summary>Forgets one that its push service no longer knows.</summary>
    Task RemoveAsync(string recipient, PushSubscription subscription, CancellationToken cancellationToken);
}
