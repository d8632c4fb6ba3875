using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using SimpleBase;

namespace FuncComet.Recipients;

/// <summary>
/// A name chosen by the application: 1 to 256 bytes of valid UTF-8 without control characters (C0, DEL, C1). Two names
/// are the same recipient if their bytes are equal. Nothing is case-folded, trimmed or normalised.
/// </summary>
public sealed record Recipient
{
    /// <summary>The maximum length of a name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 256;

    /// <summary>The requirement on a name, for error messages.</summary>
    public const string Rule = "1 to 256 bytes of UTF-8 without control characters";

    private Recipient(string name) => Name = name;

    /// <summary>The name as the application chose it.</summary>
    public string Name { get; }

    /// <summary>Creates a recipient from a decoded name; false if the name breaks <see cref="Rule"/>.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out Recipient? recipient)
    {
        ArgumentNullException.ThrowIfNull(name);
        recipient = IsValid(name) ? new Recipient(name) : null;
        return recipient is not null;
    }

    /// <summary>
    /// The name of the recipient's queue: <paramref name="prefix"/>, a hyphen and the base32 of the SHA-256 of the
    /// recipient's name (52 characters). A queue's name can hold only 63 characters of a-z, 0-9 and '-'.
    /// </summary>
    public string QueueName(string prefix) => $"{prefix}-{Hash()}";

    /// <summary>
    /// The name of the queue of the recipient's dead letters: <see cref="DeadLetterQueuePrefix"/> and the first 40 characters of the same
    /// hash, since all of it would not fit with the longest prefix.
    /// </summary>
    public string DeadLetterQueueName(string prefix) => $"{DeadLetterQueuePrefix(prefix)}{Hash()[..40]}";

    /// <summary>How the names of all dead-letter queues begin. No mailbox's name does, since its hash has no hyphen.</summary>
    public static string DeadLetterQueuePrefix(string prefix) => $"{prefix}-dead-";

    /// <summary>The name. It may be an e-mail address, so logs name the queue instead.</summary>
    public override string ToString() => Name;

    private string Hash() => Base32.Rfc4648.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Name))).ToLowerInvariant();

    private static bool IsValid(string name)
    {
        Span<byte> utf8 = stackalloc byte[MaxBytes];
        return name.Length > 0
            && Utf8.FromUtf16(name, utf8, out _, out _, replaceInvalidSequences: false) == OperationStatus.Done
            && !name.Any(char.IsControl);
    }
}
