namespace FuncComet.Waiting;

/// <summary>
/// Whether a poll's client has left or its request was called off: either of two tokens says so. They are not linked, because a linked source would cost each held poll
/// a quarter of a kilobyte.
/// </summary>
public readonly struct ClientAborted(CancellationToken one, CancellationToken other = default)
{
    /// <summary>For one token.</summary>
    public static implicit operator ClientAborted(CancellationToken token) => new(token);

    /// <summary>Whether either has fired.</summary>
    public bool IsKnown => one.IsCancellationRequested || other.IsCancellationRequested;

    /// <summary>A source that fires when the client has left or when <paramref name="also"/> fires; for something that takes a short time.</summary>
    internal CancellationTokenSource Or(CancellationToken also) => CancellationTokenSource.CreateLinkedTokenSource(one, other, also);

    /// <summary>Calls <paramref name="callback"/> when either fires: at most twice.</summary>
    internal Registration Register(Action<object?> callback, object state) => new(one.UnsafeRegister(callback, state), other.UnsafeRegister(callback, state));

    internal readonly struct Registration(CancellationTokenRegistration one, CancellationTokenRegistration other)
    {
        public void Unregister()
        {
            one.Unregister();
            other.Unregister();
        }
    }
}
