using FuncComet.Client.Connection;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>Validates the options. Validation attributes need reflection, which trimming breaks.</summary>
internal sealed class FuncCometClientOptionsRules : IValidateOptions<FuncCometClientOptions>
{
    /// <summary>Validates options that come from no container.</summary>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    public static void ThrowIfBroken(FuncCometClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Broken(options).ToList() is { Count: > 0 } broken)
        {
            throw new OptionsValidationException(nameof(FuncCometClientOptions), typeof(FuncCometClientOptions), broken);
        }
    }

    public ValidateOptionsResult Validate(string? name, FuncCometClientOptions options)
    {
        var broken = Broken(options).ToList();
        return broken.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(broken);
    }

    private static IEnumerable<string> Broken(FuncCometClientOptions options)
    {
        if (!CanReach(options.BaseAddress))
        {
            // The message does not show the address, which may hold a password or a function key.
            yield return "BaseAddress must be where the functions are, as https://….azurewebsites.net/api, "
                + "without a user name or a query.";
        }

        if (options.FunctionKey is { Length: > 0 } key && !ProtocolRules.IsFunctionKey(key))
        {
            // The message does not show the key, which is a secret.
            yield return "FunctionKey must be printable ASCII characters, without a space at either end.";
        }

        if (!ProtocolRules.IsWholeSeconds(options.Lease, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)))
        {
            yield return $"Lease ({options.Lease}) must be whole seconds, from 00:00:05 to 01:00:00.";
        }

        if (options.RenewFor < TimeSpan.Zero || options.RenewFor > TimeSpan.FromDays(1))
        {
            yield return $"RenewFor ({options.RenewFor}) must be from 00:00:00 to 1.00:00:00.";
        }

        if (!ProtocolRules.IsWholeSeconds(options.PollTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(220)))
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

    private static bool CanReach(Uri? address) => address is
    {
        IsAbsoluteUri: true,
        Scheme: "http" or "https",
        UserInfo: "",
        HostNameType: UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6,
        Port: not 0,
        Query: "",
        Fragment: "",
    };
}
