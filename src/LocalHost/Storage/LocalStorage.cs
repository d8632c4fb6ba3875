using System.Net.Sockets;
using System.Xml;
using Azure;
using Azure.Identity;
using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.LocalHost.Storage;

/// <summary>Uses the configured storage if it answers; otherwise starts Azurite, if the address is Azurite's.</summary>
internal static class LocalStorage
{
    /// <summary>Returns the Azurite that it started, or null, and prints which storage is used.</summary>
    public static async Task<AzuriteServer?> EnsureAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var (client, setting) = Configured();

        // Without the query, which can hold a shared access signature.
        var address = client.Uri.GetLeftPart(UriPartial.Path);

        // Two simultaneous starts would both find no storage and both start one.
        using var turn = await CrossProcessLock.TakeAsync("storage", output, cancellationToken);
        if (await AnswersAsync(client, address, cancellationToken))
        {
            await output.WriteLineAsync($"Storage: {address} ({setting})");
            return null;
        }

        if (!AzuriteServer.CanServe(client.Uri, client.AccountName))
        {
            throw new StartException($"The storage {address} ({setting}) does not answer, and Azurite cannot serve its address.");
        }

        var data = RepositoryRoot.Kept($"azurite-{client.Uri.Port}");
        var azurite = await AzuriteServer.StartAsync(client.Uri.Port, data, output, cancellationToken);
        var folder = Path.GetRelativePath(RepositoryRoot.Folder, data);
        await output.WriteLineAsync($"Storage: {address} ({setting}), Azurite, started here; its data is in {folder}");
        return azurite;
    }

    private static (QueueServiceClient Client, string Setting) Configured()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        using var services = new ServiceCollection().AddFuncCometCore(configuration).BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        return (options.CreateClient(client => client.Retry.MaxRetries = 0), options.SettingName);
    }

    private static async Task<bool> AnswersAsync(QueueServiceClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetPropertiesAsync(cancellationToken);
            return true;
        }
        catch (Exception ex) when (ex is RequestFailedException { Status: not 0 } or AuthenticationFailedException)
        {
            // The storage answers even if it refuses, and no credential is needed here: the app finds out for itself
            // whether it has access.
            return true;
        }
        catch (XmlException)
        {
            throw new StartException($"{address} answers, but it is not a storage: another program listens there.");
        }
        catch (Exception ex) when (ex is RequestFailedException or SocketException
            || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
