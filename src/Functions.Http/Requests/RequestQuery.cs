using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace FuncComet.Functions.Requests;

/// <summary>
/// The query, decoded strictly. ASP.NET Core's own parser accepts malformed escapes and invalid UTF-8, so that different recipients could
/// decode to the same name.
/// </summary>
internal sealed class RequestQuery
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(string Name, string Value)> _parameters = [];

    private RequestQuery()
    {
    }

    private delegate bool TryParseHandle<T>(string text, Recipient recipient, [NotNullWhen(true)] out T? value);

    /// <summary>Decodes every name and value; fails with a problem if one cannot be decoded.</summary>
    public static bool TryParse(string? raw, [NotNullWhen(true)] out RequestQuery? query, [NotNullWhen(false)] out IResult? problem)
    {
        query = new RequestQuery();
        problem = null;
        foreach (var pair in new QueryStringEnumerable(raw))
        {
            if (!TryDecode(pair.EncodedName.Span, out var name))
            {
                problem = Problems.BadParameter("query", "percent-encoded UTF-8");
            }
            else if (!TryDecode(pair.EncodedValue.Span, out var value))
            {
                // Echo only what looks like a parameter's name.
                problem = name == "rcpt"
                    ? Problems.BadRecipient()
                    : Problems.BadParameter(IsName(name) ? name : "query", "percent-encoded UTF-8");
            }
            else
            {
                query._parameters.Add((name, value));
                continue;
            }

            query = null;
            return false;
        }

        return true;
    }

    /// <summary>Whether the parameter is given, with whatever value.</summary>
    public bool Has(string name) => _parameters.Exists(parameter => parameter.Name == name);

    /// <summary>Reads the one recipient; fails if there is none, or more than one name.</summary>
    public bool TryGetRecipient([NotNullWhen(true)] out Recipient? recipient, [NotNullWhen(false)] out IResult? problem)
    {
        recipient = null;
        if (TryGetRecipients(max: 1, out var recipients, out problem))
        {
            recipient = recipients[0];
        }

        return recipient is not null;
    }

    /// <summary>Reads 1 to <paramref name="max"/> recipients; a repeated name counts once.</summary>
    public bool TryGetRecipients(int max, out IReadOnlyList<Recipient> recipients, [NotNullWhen(false)] out IResult? problem)
    {
        var parsed = new List<Recipient>();
        recipients = parsed;
        problem = null;
        foreach (var (name, value) in _parameters)
        {
            if (name != "rcpt")
            {
                continue;
            }

            if (!Recipient.TryParse(value, out var recipient))
            {
                problem = Problems.BadRecipient();
                return false;
            }

            // One recipient too many is enough for the problem below.
            if (parsed.Count <= max && !parsed.Contains(recipient))
            {
                parsed.Add(recipient);
            }
        }

        problem = parsed.Count == 0 ? Problems.BadRecipient()
            : parsed.Count <= max ? null
            : max == 1 ? Problems.BadRecipient("rcpt must name one recipient here; it is given with different names.")
            : Problems.BadRecipient($"rcpt must name at most {max} recipients; name the others in another request.");
        return problem is null;
    }

    /// <summary>Reads a parameter that may be left out (null) and may be repeated only with the same value.</summary>
    public bool TryGetSingle(string name, string rule, out string? value, [NotNullWhen(false)] out IResult? problem)
    {
        problem = IsSingle(name, out value, out var fault) ? null : Problems.BadParameter(name, fault + rule);
        return problem is null;
    }

    /// <summary>Reads <c>true</c> or <c>false</c>; false if the parameter is left out.</summary>
    public bool TryGetFlag(string name, out bool flag, [NotNullWhen(false)] out IResult? problem)
    {
        var isFlag = IsSingle(name, out var text, out var fault) && text is null or "true" or "false";
        flag = text == "true";
        problem = isFlag ? null : Problems.BadParameter(name, $"{fault}true or false");
        return isFlag;
    }

    /// <summary>
    /// Reads whole seconds from <paramref name="min"/> to <paramref name="max"/>, or also zero with <paramref name="orZero"/>; null if the
    /// parameter is left out.
    /// </summary>
    public bool TryGetSeconds(
        string name, int min, int max, out TimeSpan? time, [NotNullWhen(false)] out IResult? problem, bool orZero = false)
    {
        time = null;
        if (TryGetNumber(name, min, max, "whole seconds", out var seconds, out problem, orZero) && seconds is not null)
        {
            time = TimeSpan.FromSeconds(seconds.Value);
        }

        return problem is null;
    }

    /// <summary>
    /// Reads a number from <paramref name="min"/> to <paramref name="max"/>, or also zero with <paramref name="orZero"/>; null if the
    /// parameter is left out.
    /// </summary>
    public bool TryGetNumber(
        string name, int min, int max, string unit, out int? number, [NotNullWhen(false)] out IResult? problem, bool orZero = false)
    {
        (number, problem) = (null, null);
        var isSingle = IsSingle(name, out var text, out var fault);
        if (isSingle && text is null)
        {
            return true;
        }

        // int.TryParse alone accepts trailing NULs.
        if (isSingle
            && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            && ((parsed >= min && parsed <= max) || (orZero && parsed == 0)))
        {
            number = parsed;
            return true;
        }

        problem = Problems.BadParameter(name, $"{fault}{unit}, digits only, {(orZero ? "0 or " : "")}{min} to {max}");
        return false;
    }

    /// <summary>
    /// Reads 0 to 32 receipts of this recipient; a repeated one counts once. Fails if any is malformed or belongs to another recipient.
    /// </summary>
    public bool TryGetReceipts(
        string name,
        Recipient recipient,
        out IReadOnlyList<Receipt> receipts,
        [NotNullWhen(false)] out IResult? problem) =>
        TryGetAll(name, recipient, Receipt.TryParse, Receipt.MaxCount, Receipt.Rule, out receipts, out problem);

    /// <summary>The same for recall handles.</summary>
    public bool TryGetRecallHandles(
        string name,
        Recipient recipient,
        out IReadOnlyList<RecallHandle> handles,
        [NotNullWhen(false)] out IResult? problem) =>
        TryGetAll(name, recipient, RecallHandle.TryParse, RecallHandle.MaxCount, RecallHandle.Rule, out handles, out problem);

    private bool TryGetAll<T>(
        string name,
        Recipient recipient,
        TryParseHandle<T> tryParse,
        int max,
        string rule,
        out IReadOnlyList<T> values,
        [NotNullWhen(false)] out IResult? problem)
        where T : class
    {
        var parsed = new List<T>();
        values = parsed;
        problem = null;
        foreach (var text in Values(name))
        {
            if (parsed.Count == max || !tryParse(text, recipient, out var value))
            {
                problem = Problems.BadParameter(name, rule);
                return false;
            }

            parsed.Add(value);
        }

        return true;
    }

    /// <summary>
    /// True if the parameter is left out (null) or has one value that is not empty. If it has different values, <paramref name="fault"/> is
    /// the text to put before the parameter's rule.
    /// </summary>
    private bool IsSingle(string name, out string? value, out string fault)
    {
        (value, fault) = (null, "");
        foreach (var (given, text) in _parameters)
        {
            if (given == name)
            {
                if (value is not null && value != text)
                {
                    fault = "given once, or always with the same value: ";
                    return false;
                }

                value = text;
            }
        }

        return value?.Length != 0;
    }

    private IEnumerable<string> Values(string name) =>
        _parameters.Where(parameter => parameter.Name == name).Select(parameter => parameter.Value).Distinct(StringComparer.Ordinal);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 40 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private static bool TryParseHex(ReadOnlySpan<char> digits, out byte value) =>
        byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryDecode(ReadOnlySpan<char> encoded, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var at = 0; at < encoded.Length; at++, length++)
        {
            if (encoded[at] == '%')
            {
                if (at + 2 >= encoded.Length || !TryParseHex(encoded.Slice(at + 1, 2), out bytes[length]))
                {
                    return false;
                }

                at += 2;
            }
            else if (char.IsAscii(encoded[at]))
            {
                bytes[length] = encoded[at] == '+' ? (byte)' ' : (byte)encoded[at];
            }
            else
            {
                return false;
            }
        }

        try
        {
            decoded = StrictUtf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
