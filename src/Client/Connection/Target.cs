using System.Globalization;
using System.Text;

namespace FuncComet.Client;

/// <summary>The address of a request: a function and its parameters.</summary>
internal sealed class Target(Uri baseAddress, string function)
{
    // A name that is no valid text would be sent as another one.
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

    /// <summary>A time in whole seconds; where it is null the function app decides.</summary>
    public Target With(string name, TimeSpan? time) =>
        time is not { } value ? this
        : value.Ticks % TimeSpan.TicksPerSecond == 0 ? With(name, ((long)value.TotalSeconds).ToString(CultureInfo.InvariantCulture))
        : throw new ArgumentException($"{name} ({value}) must be whole seconds.");
}
