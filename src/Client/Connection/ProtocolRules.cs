using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace FuncComet.Client.Connection;

/// <summary>
/// What the protocol requires of the values that callers give. The methods that return nothing throw an <see cref="ArgumentException"/>
/// with the name of the argument. All values are checked before anything is sent: an unchecked line break in a header would begin another
/// request, which an application that passes on its users' input would send with its function key.
/// </summary>
internal static class ProtocolRules
{
    /// <summary>The most entries that one page of a listing has.</summary>
    public const int MaxListed = 1_000;

    /// <summary>The most mailboxes that one page of a listing counts.</summary>
    public const int MaxCounted = 100;

    private const int MaxRecipientBytes = 256;
    private const int MaxRecipients = 100;
    private const int MaxOpaqueLength = 120;
    private const int MaxMarkerLength = 1_024;
    private const int MaxPeeked = 32;
    private const int MaxReceipts = 32;
    private const int MaxContentTypeLength = 200;
    private const int MaxKeyLength = 128;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan DefaultTimeToLive = 7 * Day;

    private static readonly SearchValues<char> Base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static void CheckRecipient(string recipient, [CallerArgumentExpression(nameof(recipient))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(recipient, name);
        if (!IsRecipient(recipient))
        {
            throw new ArgumentException("A recipient must be 1 to 256 bytes of UTF-8 without control characters.", name);
        }
    }

    public static void CheckRecipients(
        IReadOnlyCollection<string> recipients,
        [CallerArgumentExpression(nameof(recipients))] string? name = null)
    {
        CheckCount(recipients.Count, min: 1, MaxRecipients, name);
        foreach (var recipient in recipients)
        {
            CheckRecipient(recipient, name);
        }
    }

    public static void CheckReceipts(
        IReadOnlyCollection<string> receipts,
        int min,
        [CallerArgumentExpression(nameof(receipts))] string? name = null)
    {
        CheckCount(receipts.Count, min, MaxReceipts, name);
        foreach (var receipt in receipts)
        {
            ArgumentNullException.ThrowIfNull(receipt, name);
            CheckOpaque(receipt, "A receipt", name);
        }
    }

    public static void CheckCopies(
        IReadOnlyCollection<PushedCopy> copies,
        [CallerArgumentExpression(nameof(copies))] string? name = null)
    {
        foreach (var copy in copies)
        {
            ArgumentNullException.ThrowIfNull(copy, name);
            CheckRecipient(copy.Recipient, name);
            if (copy.Recall is not null)
            {
                CheckOpaque(copy.Recall, "A recall handle", name);
            }
        }
    }

    public static void CheckMessage(OutgoingMessage message)
    {
        CheckText(message.ContentType, ' ', MaxContentTypeLength, "printable ASCII characters");
        if (message.Key is not null)
        {
            CheckText(message.Key, '!', MaxKeyLength, "visible ASCII characters");
        }

        CheckTimeToLive(message.TimeToLive);
        CheckSeconds(message.Delay, TimeSpan.Zero, 7 * Day);
        if (message.Delay >= (message.TimeToLive ?? DefaultTimeToLive))
        {
            throw new ArgumentOutOfRangeException(
                "message.Delay", message.Delay, $"It must be less than TimeToLive ({message.TimeToLive ?? DefaultTimeToLive}).");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(message.Attempts, 1);
    }

    public static void CheckPoll(PollRequest request)
    {
        CheckSeconds(request.Timeout, TimeSpan.Zero, TimeSpan.FromSeconds(220));
        CheckSeconds(request.Lease, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        CheckCount(request.Max, min: 1, max: 32);
        ArgumentNullException.ThrowIfNull(request.Acknowledges);
        CheckReceipts(request.Acknowledges, min: 0);
    }

    public static void CheckLease(TimeSpan lease, [CallerArgumentExpression(nameof(lease))] string? name = null) =>
        CheckSeconds(lease, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), name);

    public static void CheckReleaseTime(TimeSpan after, [CallerArgumentExpression(nameof(after))] string? name = null) =>
        CheckSeconds(after, TimeSpan.Zero, 7 * Day, name);

    public static void CheckTokenTimeToLive(TimeSpan? timeToLive) => CheckSeconds(timeToLive, TimeSpan.FromMinutes(1), Day, "timeToLive");

    public static void CheckTimeToLive(TimeSpan? timeToLive, [CallerArgumentExpression(nameof(timeToLive))] string? name = null) =>
        CheckSeconds(timeToLive, TimeSpan.FromSeconds(1), 30 * Day, name);

    public static void CheckPeeked(int max) => CheckCount(max, min: 1, MaxPeeked, nameof(max));

    public static void CheckListed(int max) => CheckCount(max, min: 1, MaxListed, nameof(max));

    public static void CheckMarker(string? after)
    {
        if (after is not null)
        {
            CheckOpaque(after, "A marker", nameof(after), MaxMarkerLength);
        }
    }

    public static bool IsWholeSeconds(TimeSpan time, TimeSpan min, TimeSpan max) =>
        time >= min && time <= max && time.Ticks % TimeSpan.TicksPerSecond == 0;

    /// <summary>True for printable ASCII characters with no space at either end, which HTTP would remove.</summary>
    public static bool IsFunctionKey(string key) => IsText(key, ' ', int.MaxValue) && key.Trim(' ').Length == key.Length;

    private static bool IsRecipient(string name)
    {
        // The strict conversion refuses unpaired surrogates, which Uri.EscapeDataString would replace, so that names would be confused.
        Span<byte> utf8 = stackalloc byte[MaxRecipientBytes];
        return name.Length > 0
            && Utf8.FromUtf16(name, utf8, out _, out _, replaceInvalidSequences: false) == OperationStatus.Done
            && !name.Any(char.IsControl);
    }

    private static bool IsText(string value, char lowest, int maxLength) =>
        value.Length > 0 && value.Length <= maxLength && !value.AsSpan().ContainsAnyExceptInRange(lowest, '~');

    // The message does not show the value, which may be forged for a log.
    private static void CheckText(
        string value,
        char lowest,
        int maxLength,
        string characters,
        [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (!IsText(value, lowest, maxLength))
        {
            throw new ArgumentException($"It must be 1 to {maxLength} {characters}.", name);
        }
    }

    private static void CheckOpaque(string value, string what, string? name, int maxLength = MaxOpaqueLength)
    {
        if (value.Length == 0 || value.Length > maxLength || value.AsSpan().ContainsAnyExcept(Base64Url))
        {
            throw new ArgumentException($"{what} must be 1 to {maxLength} characters of the base64url alphabet.", name);
        }
    }

    private static void CheckSeconds(
        TimeSpan? time,
        TimeSpan min,
        TimeSpan max,
        [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        if (time is { } value && !IsWholeSeconds(value, min, max))
        {
            throw new ArgumentOutOfRangeException(name, value, $"It must be whole seconds, from {min} to {max}.");
        }
    }

    private static void CheckCount(int count, int min, int max, [CallerArgumentExpression(nameof(count))] string? name = null)
    {
        if (count < min || count > max)
        {
            throw new ArgumentOutOfRangeException(name, count, $"It must be from {min} to {max}.");
        }
    }
}
