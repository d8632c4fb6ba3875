namespace FuncComet.Polling;

/// <summary>
/// Whether a poll's client has left or its request was called off: either of two tokens says so. They are not linked, which would cost each poll a quarter of a kilobyte for as long
/// as it is held.
/// </summary>
public readonly struct ClientAborted(CancellationToken one, CancellationToken other = default)
{
    /// <summary>One token says it.</summary>
    public static implicit operator ClientAborted(CancellationToken token) => new(token);

    /// <summary>It has left.</summary>
    public bool IsKnown => one.IsCancellationRequested || other.IsCancellationRequested;

    /// <summary>For something that takes a moment: a source that fires when the client has left, or when <paramref name="also"/> does.</summary>
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
