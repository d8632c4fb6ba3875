using System.Globalization;
using System.Text;

namespace FuncComet.Client.Connection;

/// <summary>Builds the address of a request: a function and its query.</summary>
internal sealed class Target(Uri baseAddress, string function)
{
    // Throws on unpaired surrogates, which Uri.EscapeDataString would replace, so that the value would name another recipient.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly StringBuilder _address = new($"{baseAddress.AbsoluteUri.TrimEnd('/')}/{function}");
    private char _separator = '?';

    public Uri Uri => new(_address.ToString());

    public Target With(string name, string value)
    {
        _ = Strict.GetByteCount(value);
        _address.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _separator = '&';
        return this;
    }

    public Target With(string name, IEnumerable<string> values) => values.Aggregate(this, (target, value) => target.With(name, value));

    /// <summary>Adds a time in whole seconds; null adds nothing, so that the function app's default applies.</summary>
    /// <exception cref="ArgumentException">The time is not whole seconds.</exception>
    public Target With(string name, TimeSpan? time) =>
        time is not { } value ? this
        : value.Ticks % TimeSpan.TicksPerSecond == 0 ? With(name, ((long)value.TotalSeconds).ToString(CultureInfo.InvariantCulture))
        : throw new ArgumentException($"{name} ({value}) must be whole seconds.");
}
