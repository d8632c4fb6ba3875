using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Hosting;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Poll;

/// <summary>How long a poll waits: the timeout it asks for, else the default, and at most the maximum.</summary>
public sealed class PollTimeouts(IOptions<PollOptions> options, HostLimit limit)
{
    private static readonly TimeSpan LongestOfAll = TimeSpan.FromSeconds(220);

    /// <summary>The longest timeout: the option, else what the host's limit allows, but at most 220 seconds.</summary>
    public TimeSpan Maximum { get; } = MaximumOf(options.Value, limit);

    private string TimeoutRule { get; } =
        $"whole seconds, digits only, 0 to {MaximumOf(options.Value, limit).TotalSeconds:F0} (more is lowered to that)";

    /// <summary>
    /// Reads <c>timeout</c>, else <c>Prefer: wait=N</c>, else takes the default. A value above the maximum is lowered to it.
    /// <paramref name="preference"/> is the seconds applied if <c>Prefer</c> decided, else null.
    /// </summary>
    internal bool TryRead(
        HttpRequest request,
        RequestQuery query,
        out TimeSpan timeout,
        out int? preference,
        [NotNullWhen(false)] out IResult? problem)
    {
        timeout = Min(options.Value.DefaultTimeout, Maximum);
        preference = null;
        if (!query.TryGetSingle("timeout", TimeoutRule, out var text, out problem))
        {
            return false;
        }

        if (text is not null)
        {
            if (!TryParseSeconds(text, out timeout))
            {
                problem = Problems.BadParameter("timeout", TimeoutRule);
                return false;
            }
        }
        else if (TryReadPreference(request, out var preferred))
        {
            timeout = preferred;
            preference = (int)preferred.TotalSeconds;
        }

        return true;
    }

    // The first wait with a value that is a time counts; a malformed one is as good as none.
    private bool TryReadPreference(HttpRequest request, out TimeSpan timeout)
    {
        foreach (var seconds in Preferences.ValuesOf("wait", request.Headers["Prefer"]))
        {
            if (TryParseSeconds(seconds, out timeout))
            {
                return true;
            }
        }

        timeout = default;
        return false;
    }

    private bool TryParseSeconds(string text, out TimeSpan timeout)
    {
        timeout = Maximum;
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            timeout = Min(TimeSpan.FromSeconds(seconds), Maximum);
        }

        return true;
    }

    private static TimeSpan MaximumOf(PollOptions options, HostLimit limit) =>
        options.MaxTimeout ?? Min(LongestOfAll, limit.Value - HostLimit.Margin);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
