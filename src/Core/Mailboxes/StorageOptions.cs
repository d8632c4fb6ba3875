using Azure.Core;
using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// The storage account: <c>FuncComet__Storage</c> where that is set, else the app's own <c>AzureWebJobsStorage</c>. Either is a
/// connection string, or stands for identity settings: <c>…__queueServiceUri</c>, <c>…__credential</c>, <c>…__clientId</c>.
/// </summary>
public sealed class StorageOptions
{
    /// <summary>The setting these were read from, as it is written in the environment.</summary>
    public string SettingName { get; private set; } = OwnSetting;

    /// <summary>A storage connection string; null where an identity is used.</summary>
    public string? ConnectionString { get; private set; }

    /// <summary>The queue service's address, where an identity is used.</summary>
    public string? QueueServiceUri { get; private set; }

    /// <summary><c>managedidentity</c>, or nothing for what the environment offers (a developer's sign-in among it).</summary>
    public string? Credential { get; private set; }

    /// <summary>The client id of a user-assigned identity.</summary>
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

    /// <summary>The client for these settings; a <see cref="FormatException"/> where they name no account.</summary>
    /// <param name="configure">Adds to the client's options; tests count requests that way.</param>
    public QueueServiceClient CreateClient(Action<QueueClientOptions>? configure = null)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };

        // A poll has to learn of a dead storage at its next request: the SDK's defaults would try for 23 seconds and more.
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);

        // Nobody reads a log line and an activity for every peek.
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;

        configure?.Invoke(options);
        return ConnectionString is not null
            ? new QueueServiceClient(ConnectionString, options)
            : new QueueServiceClient(new Uri(QueueServiceUri ?? throw new FormatException("No address.")), CreateCredential(), options);
    }

    private TokenCredential CreateCredential() => Credential is null
        ? new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId })
        : new ManagedIdentityCredential(ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(ClientId));
}

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        if (options.ConnectionString is null && options.QueueServiceUri is null)
        {
            return ValidateOptionsResult.Fail(
                "No storage account is configured: set AzureWebJobsStorage (or FuncComet__Storage) to a connection string, or AzureWebJobsStorage__queueServiceUri for an identity.");
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
            // The exception's own text may quote the setting, which holds a key.
            return ValidateOptionsResult.Fail($"{options.SettingName} is neither a storage connection string nor, with __queueServiceUri, the https address of a queue service.");
        }
    }
}
