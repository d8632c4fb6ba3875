using System.Net;

namespace FuncComet.Client;

/// <summary>Not every copy of a push was stored. Push again to the recipients in <see cref="Failed"/>, with the same key.</summary>
public sealed class PushFailedException : FuncCometException
{
    internal PushFailedException(
        string code,
        string detail,
        HttpStatusCode status,
        IReadOnlyList<PushedCopy> accepted,
        IReadOnlyList<FailedCopy> failed)
        : base(code, detail, status) =>
        (Accepted, Failed) = (accepted, failed);

    /// <summary>The copies that are stored.</summary>
    public IReadOnlyList<PushedCopy> Accepted { get; }

    /// <summary>The copies that may not be stored.</summary>
    public IReadOnlyList<FailedCopy> Failed { get; }
}
