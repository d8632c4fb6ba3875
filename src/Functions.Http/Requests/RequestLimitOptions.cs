using FuncComet.Messages;

namespace FuncComet.Functions.Requests;

/// <summary>Limits of a request's size: <c>FuncComet__Request__…</c>. They can lower the protocol's limits, not raise them.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Request";

    /// <summary>The shortest that the longest query may be. In less, the acknowledgements of clients do not fit.</summary>
    public const int MinQueryLength = 4_000;

    private int _maxQueryLength = 8_000;

    /// <summary>
    /// The longest query in bytes, still encoded and with its question mark: 4,000 to 8,000. Default: 8,000. A lower setting counts as
    /// 4,000, because apps may be in use with one: the minimum was 500.
    /// </summary>
    [NumberRange(MinQueryLength, 8_000)]
    public int MaxQueryLength
    {
        get => Math.Max(_maxQueryLength, MinQueryLength);
        set => _maxQueryLength = value;
    }

    /// <summary>The longest Content-Type of a push, in characters: 30 to 200. Default: 200.</summary>
    [NumberRange(30, Message.MaxContentTypeLength)]
    public int MaxContentTypeLength { get; set; } = Message.MaxContentTypeLength;

    /// <summary>The longest Idempotency-Key of a push, in characters: 1 to 128. Default: 128.</summary>
    [NumberRange(1, Message.MaxKeyLength)]
    public int MaxKeyLength { get; set; } = Message.MaxKeyLength;

    /// <summary>The setting of <see cref="MaxQueryLength"/> if it is lower than its minimum, else null.</summary>
    internal int? RaisedFrom => _maxQueryLength < MinQueryLength ? _maxQueryLength : null;
}
