using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Hosting;

/// <summary>
/// The time after which something above this app ends a request: the Functions host at <c>functionTimeout</c> (it restarts the worker where
/// the function goes on, and with it every poll of the instance) or Azure's front end after 230 seconds, whichever is first.
/// </summary>
/// <param name="FunctionTimeout">The host's own limit; null where it has none.</param>
/// <param name="FunctionTimeoutSource">Where that is set.</param>
public sealed record HostLimit(TimeSpan? FunctionTimeout, string FunctionTimeoutSource)
{
    /// <summary>Azure's front end ends a request after this time.</summary>
    public static readonly TimeSpan FrontEnd = TimeSpan.FromSeconds(230);

    /// <summary>How far the longest poll stays below the limit: room for a last storage request and the answer.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private const string EnvironmentSetting = "AzureFunctionsJobHost__functionTimeout";

    // What the host takes where nothing is set, on the plan where that is shortest.
    private static readonly TimeSpan DefaultFunctionTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The limit that strikes first.</summary>
    public TimeSpan Value => FunctionTimeout < FrontEnd ? FunctionTimeout.Value : FrontEnd;

    /// <summary>The limit in words: what sets it, and to how much.</summary>
    public string Description => FunctionTimeout < FrontEnd
        ? $"the host's functionTimeout ({Value:c}, {FunctionTimeoutSource})"
        : $"the {FrontEnd:c} of Azure's front end";

    /// <summary>As the host itself reads it: the environment, then host.json in <paramref name="folder"/>, else 5 minutes.</summary>
    public static HostLimit Read(IConfiguration configuration, string folder)
    {
        var hostJson = new ConfigurationBuilder().SetBasePath(folder).AddJsonFile("host.json", optional: true).Build();
        return configuration["AzureFunctionsJobHost:functionTimeout"] is { Length: > 0 } fromEnvironment ? Parse(fromEnvironment, EnvironmentSetting)
            : hostJson["functionTimeout"] is { Length: > 0 } fromFile ? Parse(fromFile, "host.json")
            : new HostLimit(DefaultFunctionTimeout, "not set");
    }

    private static HostLimit Parse(string value, string source) =>
        value == "-1" ? new HostLimit(null, source)
        : TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero ? new HostLimit(timeout, source)
        : throw new OptionsValidationException(
            nameof(HostLimit),
            typeof(HostLimit),
            [$"functionTimeout ({source}) is '{value}'; it must be a time as hh:mm:ss, or -1 for no limit."]);
}
