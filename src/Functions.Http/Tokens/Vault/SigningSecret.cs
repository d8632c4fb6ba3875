using Azure.Core;
using Azure.Security.KeyVault.Secrets;

namespace FuncComet.Functions.Tokens.Vault;

/// <summary>The secret of an Azure Key Vault that has the keys of tokens: each of its versions is a key.</summary>
internal sealed class SigningSecret(SecretClient vault)
{
    private const string Name = "token-signing-key";

    /// <summary>Opens the secret. Sends no request.</summary>
    /// <param name="vault">The vault's address.</param>
    /// <param name="identity">The identity that may read the vault's secrets.</param>
    /// <param name="configure">Changes the client's options. Tests put a vault of their own in place of its transport.</param>
    public static SigningSecret Open(Uri vault, TokenCredential identity, Action<SecretClientOptions>? configure = null)
    {
        var options = new SecretClientOptions();

        // The client's own retries, but with an end: its default lets one request take 100 seconds.
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        configure?.Invoke(options);
        return new SigningSecret(new SecretClient(vault, identity, options));
    }

    /// <summary>The versions that are enabled.</summary>
    public async Task<IReadOnlyList<KeyVersion>> ListAsync(CancellationToken cancellationToken)
    {
        var enabled = new List<KeyVersion>();
        await foreach (var version in vault.GetPropertiesOfSecretVersionsAsync(Name, cancellationToken))
        {
            if (version is { Enabled: true, CreatedOn: { } created })
            {
                enabled.Add(new KeyVersion(version.Version, created));
            }
        }

        return enabled;
    }

    /// <summary>The key of a version.</summary>
    public async Task<string> ReadAsync(KeyVersion version, CancellationToken cancellationToken) =>
        (await vault.GetSecretAsync(Name, version.Id, cancellationToken)).Value.Value;
}

/// <summary>A version of the secret.</summary>
/// <param name="Id">The vault's name of it.</param>
/// <param name="Created">When it was made, by the vault's clock.</param>
internal sealed record KeyVersion(string Id, DateTimeOffset Created);
