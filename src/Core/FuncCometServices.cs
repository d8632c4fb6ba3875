using Azure.Core;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Offline;
using FuncComet.Operations;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using FuncComet.Waiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet;

/// <summary>Registers Core.</summary>
public static class FuncCometServices
{
    /// <summary>Adds the services that push and poll need, with options that are checked when the host starts.</summary>
    public static IServiceCollection AddFuncCometCore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<StorageOptions>().Configure(options => options.Read(configuration)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddAnnotatedOptions<MailboxOptions>(MailboxOptions.SectionName);
        services.AddAnnotatedOptions<DoorbellOptions>(DoorbellOptions.SectionName);

        // Registered before the binding of the setting, so that a configured value overrides this default.
        services.Configure<BackoffOptions>(backoff =>
        {
            var setting = configuration[$"{DoorbellOptions.SectionName}:{nameof(DoorbellOptions.Enabled)}"];
            backoff.Maximum = bool.TryParse(setting, out var enabled) && !enabled ? BackoffOptions.MaxUnreachable : backoff.Maximum;
        });
        services.AddAnnotatedOptions<BackoffOptions>(BackoffOptions.SectionName);
        services.AddAnnotatedOptions<PushOptions>(PushOptions.SectionName);
        services.AddAnnotatedOptions<HeldPollOptions>(HeldPollOptions.SectionName);
        services.AddAnnotatedOptions<OfflineOptions>(OfflineOptions.SectionName);
        services.AddSingleton<IValidateOptions<OfflineOptions>, OfflineQueueRule>();
        services.AddAnnotatedOptions<MessageLogOptions>(MessageLogOptions.SectionName);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<FuncCometMetrics>();
        services.AddSingleton<MessageLog>();
        services.AddSingleton(provider =>
        {
            var metrics = new StorageRequestMetrics(provider.GetRequiredService<FuncCometMetrics>());
            var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            return options.CreateClient(client => client.AddPolicy(metrics, HttpPipelinePosition.PerRetry));
        });
        services.AddSingleton<QueueTextReader>();
        services.AddSingleton<MailboxFactory>();
        services.AddSingleton<StorageHealth>();
        services.AddSingleton<MailboxDepths>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<Acknowledgements>();
        services.AddSingleton<Leases>();
        services.AddSingleton<Backoff>();
        services.AddSingleton<RememberedLooks>();
        services.AddSingleton(provider => new WaitingRooms(
            provider.GetRequiredService<Backoff>(),
            provider.GetRequiredService<RememberedLooks>(),
            provider.GetRequiredService<IOptions<DoorbellOptions>>().Value.Enabled,
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OfflineNotes>();
        services.AddSingleton<BellQueues>();
        services.AddSingleton<PresenceStore>();
        services.AddSingleton<InstanceBell>();
        services.AddHostedService(provider => provider.GetRequiredService<InstanceBell>());
        services.AddSingleton<PresenceClearing>();
        services.AddSingleton<PresencePublishing>();
        services.AddSingleton<PresenceQuery>();
        services.AddSingleton<Ringer>();
        services.AddSingleton<LeaseNotes>();

        // Services stop in reverse order. The bell must run until all work is settled, so it is registered first.
        services.AddSingleton<UnsettledWork>();
        services.AddHostedService(provider => provider.GetRequiredService<UnsettledWork>());
        services.AddSingleton<HeldPolls>();
        services.AddSingleton<DeadLetterMoves>();
        services.AddSingleton<MessageReceiver>();
        services.AddSingleton<MessageDelivery>();
        services.AddSingleton<LongPoll>();
        services.AddSingleton<LeaseChanges>();
        services.AddSingleton<MessagePush>();
        services.AddSingleton<MessageRecall>();
        services.AddSingleton<QueueListing>();
        services.AddSingleton<DeadLetterQueues>();
        services.AddSingleton<OlderDeadLetters>();
        services.AddSingleton<DeadLetterRedrive>();
        services.AddSingleton<DeadLetterPurge>();
        services.AddSingleton<DeadLetterListing>();
        services.AddSingleton<DeadLetterGauges>();
        services.AddHostedService(provider => provider.GetRequiredService<DeadLetterGauges>());
        services.AddSingleton<MailboxList>();
        services.AddSingleton<MailboxContents>();
        services.AddSingleton<Erasure>();
        services.AddRecipientMemory<QueueTextReader>();
        services.AddRecipientMemory<MailboxDepths>();
        services.AddRecipientMemory<RememberedLooks>();
        services.AddRecipientMemory<WaitingRooms>();
        services.AddRecipientMemory<OfflineNotes>();
        return services;
    }

    private static void AddRecipientMemory<T>(this IServiceCollection services)
        where T : class, IRecipientMemory =>
        services.AddSingleton<IRecipientMemory>(provider => provider.GetRequiredService<T>());
}
