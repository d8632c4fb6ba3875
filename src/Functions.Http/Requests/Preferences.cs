using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Requests;

/// <summary>
/// Reads <c>Prefer</c> by the grammar of RFC 7240. No parser of the framework knows all of it: parameters, empty parameters, and commas and
/// escapes inside quotes.
/// </summary>
internal static partial class Preferences
{
    private const string Blank = @"[ \t]*";
    private const string Token = @"[!#$%&'*+\-.^_`|~0-9A-Za-z]+";
    private const string Quoted = """
        "(?:[^"\\]|\\.)*"
        """;

    private const string Word = $"(?:{Token}|{Quoted})";
    private const string Parameter = $"{Token}(?:{Blank}={Blank}{Word})?";

    /// <summary>
    /// The values of the well-formed preferences with a name, in their order and without quotes and escapes; an empty text if one has no
    /// value. What is malformed up to the next comma outside quotes is left out.
    /// </summary>
    public static IEnumerable<string> ValuesOf(string name, StringValues headers) =>
        from header in headers
        where header is not null
        from element in Element().Matches(header)
        let preference = Preference().Match(element.Value)
        where preference.Success && preference.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase)
        select HeaderUtilities.UnescapeAsQuotedString(preference.Groups["value"].Value).ToString();

    // What stands between commas. Quotes that do not end hold the rest.
    [GeneratedRegex($@"(?:[^"",]|{Quoted}|"".*$)+")]
    private static partial Regex Element();

    [GeneratedRegex(
        $"^{Blank}(?<name>{Token})(?:{Blank}={Blank}(?<value>{Word}))?(?:{Blank};(?:{Blank}{Parameter})?)*{Blank}$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Preference();
}
