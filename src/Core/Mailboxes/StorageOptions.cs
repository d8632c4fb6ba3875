using Azure.Core;
using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// The storage account: <c>FuncComet__Storage</c> if it is set, else the app's own <c>AzureWebJobsStorage</c>. Either is a connection
/// string or the prefix of identity settings: <c>…__queueServiceUri</c>, <c>…__credential</c>, <c>…__clientId</c>.
/// </summary>
public sealed class StorageOptions
{
    /// <summary>The setting that was read, as it is written in the environment.</summary>
    public string SettingName { get; private set; } = OwnSetting;

    /// <summary>A storage connection string; null if an identity is used.</summary>
    public string? ConnectionString { get; private set; }

    /// <summary>The queue service's address; null if a connection string is used.</summary>
    public string? QueueServiceUri { get; private set; }

    /// <summary><c>managedidentity</c>, or null for what the environment offers, including a developer's sign-in.</summary>
    public string? Credential { get; private set; }

    /// <summary>The client id of a user-assigned identity; null for the system-assigned one.</summary>
    public string? ClientId { get; private set; }

    private const string OwnSetting = "FuncComet__Storage";
    private const string AppSetting = "AzureWebJobsStorage";

    internal void Read(IConfiguration configuration)
    {
        var own = configuration.GetSection("FuncComet:Storage");
        var section = own.Exists() ? own : configuration.GetSection(AppSetting);
        SettingName = own.Exists() ? OwnSetting : AppSetting;
        ConnectionString = string.IsNullOrWhiteSpace(section.Value) ? null : section.Value;
        QueueServiceUri = section["queueServiceUri"];
        Credential = section["credential"];
        ClientId = section["clientId"];
    }

    /// <summary>Creates the client for these settings.</summary>
    /// <param name="configure">Changes the client's options. Tests count requests that way.</param>
    /// <exception cref="FormatException">The settings name no account.</exception>
    public QueueServiceClient CreateClient(Action<QueueClientOptions>? configure = null)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };

        // A poll must notice an unavailable storage at its next request; the SDK's default retries take 23 seconds or longer.
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);

        // A log line and an activity for every peek would be noise.
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;

        configure?.Invoke(options);
        return ConnectionString is not null
            ? new QueueServiceClient(ConnectionString, options)
            : new QueueServiceClient(new Uri(QueueServiceUri ?? throw new FormatException("No address.")), CreateCredential(), options);
    }

    /// <summary>The app's identity, as these settings name it. It reaches other services of Azure too.</summary>
    public TokenCredential CreateCredential() => Credential is null
        ? new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId })
        : new ManagedIdentityCredential(
            ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(ClientId));
}

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        if (options.ConnectionString is null && options.QueueServiceUri is null)
        {
            return ValidateOptionsResult.Fail(
                "No storage account is configured: set AzureWebJobsStorage (or FuncComet__Storage) to a connection string, "
                + "or AzureWebJobsStorage__queueServiceUri for an identity.");
        }

        if (options.Credential is not null && !options.Credential.Equals("managedidentity", StringComparison.OrdinalIgnoreCase))
        {
            return ValidateOptionsResult.Fail($"{options.SettingName}__credential must be managedidentity or left out.");
        }

        try
        {
            options.CreateClient();
            return ValidateOptionsResult.Success;
        }
        catch (Exception ex) when (ex is FormatException or ArgumentException)
        {
            // Leave out the exception's text: it may quote the setting, which holds a key.
            return ValidateOptionsResult.Fail(
                $"{options.SettingName} is neither a storage connection string nor, with __queueServiceUri, "
                + "the https address of a queue service.");
        }
    }
}
