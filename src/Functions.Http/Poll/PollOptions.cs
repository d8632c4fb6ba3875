using FuncComet.Functions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Poll;

/// <summary>How long a poll may wait: <c>FuncComet__Poll__…</c>.</summary>
public sealed class PollOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Poll";

    /// <summary>
    /// The timeout of a poll that gives none: 0 to 220 seconds, as hh:mm:ss. Default: 30 seconds. A value above the maximum is lowered to
    /// it.
    /// </summary>
    [TimeRange("00:00:00", "00:03:40")]
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest timeout: 1 to 220 seconds, as hh:mm:ss, and at least 10 seconds below the host's own limit. Default: as long as that
    /// limit allows, but at most 220 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:03:40")]
    public TimeSpan? MaxTimeout { get; set; }
}

internal sealed class PollOptionsHostValidator(HostLimit limit) : IValidateOptions<PollOptions>
{
    private static readonly TimeSpan ShortestMaximum = TimeSpan.FromSeconds(1);

    public ValidateOptionsResult Validate(string? name, PollOptions options)
    {
        var longest = options.MaxTimeout ?? ShortestMaximum;
        var notSet = options.MaxTimeout is null ? " is not set; this is the least" : "";
        return longest <= limit.Value - HostLimit.Margin
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"The longest poll, {longest:c} (FuncComet__Poll__MaxTimeout{notSet}), "
                + $"must be at least {HostLimit.Margin.TotalSeconds:F0} seconds below {limit.Description}.");
    }
}
