using System.ComponentModel.DataAnnotations;
using FuncComet.Functions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Poll;

/// <summary>How long a poll may wait: <c>FuncComet__Poll__…</c>.</summary>
public sealed class PollOptions
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Poll";

    /// <summary>The timeout of a poll that names none: 0 seconds to 220 seconds, as hh:mm:ss. Default: 30 seconds. Lowered to the maximum.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:03:40", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true, ErrorMessage = "FuncComet__Poll__DefaultTimeout must be from 00:00:00 to 00:03:40.")]
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest timeout: 1 second to 220 seconds, as hh:mm:ss, and at least 10 seconds below the host's own limit. Default: as long as
    /// that limit allows, 220 seconds at the most.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:03:40", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true, ErrorMessage = "FuncComet__Poll__MaxTimeout must be from 00:00:01 to 00:03:40.")]
    public TimeSpan? MaxTimeout { get; set; }
}

internal sealed class PollOptionsHostValidator(HostLimit limit) : IValidateOptions<PollOptions>
{
    private static readonly TimeSpan ShortestMaximum = TimeSpan.FromSeconds(1);

    public ValidateOptionsResult Validate(string? name, PollOptions options)
    {
        var longest = options.MaxTimeout ?? ShortestMaximum;
        return longest <= limit.Value - HostLimit.Margin
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"The longest poll, {longest:c} (FuncComet__Poll__MaxTimeout{(options.MaxTimeout is null ? " is not set; this is the least" : "")}), must be at least {HostLimit.Margin.TotalSeconds:F0} seconds below {limit.Description}.");
    }
}
