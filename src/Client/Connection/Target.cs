using System.Globalization;
using System.Text;

namespace FuncComet.Client.Connection;

/// <summary>Builds the address of a request: a function and its query.</summary>
internal sealed class Target(Uri baseAddress, string function)
{
    // Every function app accepts queries of up to this length, with the question mark, whatever its settings are.
    private const int MaxQueryLength = 4_000;

    private readonly string _function = $"{baseAddress.AbsoluteUri.TrimEnd('/')}/{function}";
    private readonly StringBuilder _query = new();

    public Uri Uri => new($"{_function}{_query}");

    public Target With(string name, string value)
    {
        _query.Append(Encode(name, value));
        return this;
    }

    public Target With(string name, IEnumerable<string> values) => values.Aggregate(this, (target, value) => target.With(name, value));

    public Target With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a time in whole seconds; null adds nothing, so that the function app's default applies.</summary>
    public Target With(string name, TimeSpan? time) => time is { } value ? With(name, (int)value.TotalSeconds) : this;

    /// <summary>Adds <c>true</c>; nothing if the flag is not set, so that the function app's default applies.</summary>
    public Target WithFlag(string name, bool isSet) => isSet ? With(name, "true") : this;

    /// <summary>Adds where a listing goes on; null adds nothing, so that it begins at its start.</summary>
    public Target WithMarker(string? after) => after is null ? this : With("after", after);

    /// <summary>
    /// Takes values from the queue and adds them, as long as every function app accepts the query. Takes the first value even if it does
    /// not fit, so that the caller's loop ends.
    /// </summary>
    /// <returns>The values that were taken.</returns>
    public List<string> TakeFitting(string name, Queue<string> values)
    {
        var taken = new List<string>();
        while (values.TryPeek(out var value)
            && (taken.Count == 0 || _query.Length + Encode(name, value).Length <= MaxQueryLength))
        {
            With(name, value);
            taken.Add(values.Dequeue());
        }

        return taken;
    }

    private string Encode(string name, string value) => $"{(_query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
}
