using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Hosting;

/// <summary>
/// The time after which the platform ends a request: the Functions host at <c>functionTimeout</c> or Azure's front end after 230 seconds,
/// whichever is first. At <c>functionTimeout</c> the host restarts a worker whose function does not end, which ends every poll of the
/// instance.
/// </summary>
/// <param name="FunctionTimeout">The host's own limit; null if it has none.</param>
/// <param name="FunctionTimeoutSource">The setting or file that sets it.</param>
public sealed record HostLimit(TimeSpan? FunctionTimeout, string FunctionTimeoutSource)
{
    /// <summary>The time after which Azure's front end ends a request.</summary>
    public static readonly TimeSpan FrontEnd = TimeSpan.FromSeconds(230);

    /// <summary>The longest poll ends this long before the limit, which leaves time for a last storage request and the answer.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private const string EnvironmentSetting = "AzureFunctionsJobHost__functionTimeout";

    // The host's default on the plan with the shortest one.
    private static readonly TimeSpan DefaultFunctionTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The limit that comes first.</summary>
    public TimeSpan Value => FunctionTimeout < FrontEnd ? FunctionTimeout.Value : FrontEnd;

    /// <summary>The limit in words: its value and the setting it comes from.</summary>
    public string Description => FunctionTimeout < FrontEnd
        ? $"the host's functionTimeout ({Value:c}, {FunctionTimeoutSource})"
        : $"the {FrontEnd:c} of Azure's front end";

    /// <summary>
    /// Reads <c>functionTimeout</c> as the host does: from the environment, else from host.json in <paramref name="folder"/>, else 5
    /// minutes.
    /// </summary>
    /// <exception cref="OptionsValidationException">The value is neither a positive time nor -1.</exception>
    public static HostLimit Read(IConfiguration configuration, string folder)
    {
        var hostJson = new ConfigurationBuilder().SetBasePath(folder).AddJsonFile("host.json", optional: true).Build();
        return configuration["AzureFunctionsJobHost:functionTimeout"] is { Length: > 0 } fromEnvironment
                ? Parse(fromEnvironment, EnvironmentSetting)
            : hostJson["functionTimeout"] is { Length: > 0 } fromFile ? Parse(fromFile, "host.json")
            : new HostLimit(DefaultFunctionTimeout, "not set");
    }

    private static HostLimit Parse(string value, string source) =>
        value == "-1" ? new HostLimit(null, source)
        : TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
            ? new HostLimit(timeout, source)
        : throw new OptionsValidationException(
            nameof(HostLimit),
            typeof(HostLimit),
            [$"functionTimeout ({source}) is '{value}'; it must be a time as hh:mm:ss, or -1 for no limit."]);
}
