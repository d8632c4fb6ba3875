namespace FuncComet.Waiting;

/// <summary>
/// Whether a poll's client has left or its request was cancelled. Either of two tokens reports it. They are not linked,
/// since a linked source would cost a quarter of a kilobyte per held poll.
/// </summary>
public readonly struct ClientAborted(CancellationToken one, CancellationToken other = default)
{
    /// <summary>Creates a value with one token.</summary>
    public static implicit operator ClientAborted(CancellationToken token) => new(token);

    /// <summary>Whether either has fired.</summary>
    public bool IsKnown => one.IsCancellationRequested || other.IsCancellationRequested;

    /// <summary>
    /// A source that fires when the client has left or <paramref name="also"/> fires. It is meant for short operations.
    /// </summary>
    internal CancellationTokenSource Or(CancellationToken also) => CancellationTokenSource.CreateLinkedTokenSource(one, other, also);

    /// <summary>Calls <paramref name="callback"/> when either token fires, so at most twice.</summary>
    internal Registration Register(Action<object?> callback, object state) =>
        new(one.UnsafeRegister(callback, state), other.UnsafeRegister(callback, state));

    internal readonly struct Registration(CancellationTokenRegistration one, CancellationTokenRegistration other)
    {
        public void Unregister()
        {
            one.Unregister();
            other.Unregister();
        }
    }
}
