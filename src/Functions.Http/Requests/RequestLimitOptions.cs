using System.ComponentModel.DataAnnotations;
using FuncComet.Messages;

namespace FuncComet.Functions.Requests;

/// <summary>How much of a request is taken: <c>FuncComet__Request__…</c>. Each limit can only be lower than the protocol's.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Request";

    /// <summary>The longest query, in bytes as it came, with its question mark: 500 to 8,000. Default: 8,000.</summary>
    [Range(500, 8_000, ErrorMessage = "FuncComet__Request__MaxQueryLength must be from 500 to 8000.")]
    public int MaxQueryLength { get; set; } = 8_000;

    /// <summary>The longest Content-Type that a push may have, in characters: 30 to 200. Default: 200.</summary>
    [Range(30, Message.MaxContentTypeLength, ErrorMessage = "FuncComet__Request__MaxContentTypeLength must be from 30 to 200.")]
    public int MaxContentTypeLength { get; set; } = Message.MaxContentTypeLength;

    /// <summary>The longest Idempotency-Key that a push may have, in characters: 1 to 128. Default: 128.</summary>
    [Range(1, Message.MaxKeyLength, ErrorMessage = "FuncComet__Request__MaxKeyLength must be from 1 to 128.")]
    public int MaxKeyLength { get; set; } = Message.MaxKeyLength;
}
