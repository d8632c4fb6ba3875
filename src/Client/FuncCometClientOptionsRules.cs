using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>Validates the options. Validation attributes need reflection, which trimming breaks.</summary>
internal sealed class FuncCometClientOptionsRules : IValidateOptions<FuncCometClientOptions>
{
    public ValidateOptionsResult Validate(string? name, FuncCometClientOptions options)
    {
        var broken = Broken(options).ToList();
        return broken.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(broken);
    }

    private static IEnumerable<string> Broken(FuncCometClientOptions options)
    {
        if (options.BaseAddress is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "" })
        {
            yield return $"BaseAddress ({options.BaseAddress?.ToString() ?? "none"}) must be where the functions are, "
                + "as https://….azurewebsites.net/api, without a query.";
        }

        if (!IsWholeSeconds(options.Lease, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)))
        {
            yield return $"Lease ({options.Lease}) must be whole seconds, from 00:00:05 to 01:00:00.";
        }

        if (!IsWholeSeconds(options.PollTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(220)))
        {
            yield return $"PollTimeout ({options.PollTimeout}) must be whole seconds, from 00:00:01 to 00:03:40.";
        }

        if (options.MaxBatch is < 1 or > 32)
        {
            yield return $"MaxBatch ({options.MaxBatch}) must be from 1 to 32.";
        }

        if (options.RememberedMessages is < 0 or > 1_000_000)
        {
            yield return $"RememberedMessages ({options.RememberedMessages}) must be from 0 to 1000000.";
        }
    }

    private static bool IsWholeSeconds(TimeSpan time, TimeSpan min, TimeSpan max) =>
        time >= min && time <= max && time.Ticks % TimeSpan.TicksPerSecond == 0;
}
