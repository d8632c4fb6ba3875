using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FuncComet;

/// <summary>Registers Core.</summary>
public static class FuncCometServices
{
    /// <summary>Adds all that push and poll need, with options that are checked when the host starts.</summary>
    public static IServiceCollection AddFuncCometCore(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<StorageOptions>().Configure(options => options.Read(configuration)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddAnnotatedOptions<MailboxOptions>(MailboxOptions.SectionName);
        services.AddAnnotatedOptions<BackoffOptions>(BackoffOptions.SectionName);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value.CreateClient());
        services.AddSingleton<MailboxFactory>();
        services.AddSingleton<MailboxDepths>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<Acknowledgements>();
        services.AddSingleton<Doorbell>();
        services.AddSingleton<Backoff>();
        services.AddSingleton<HeldPolls>();
        services.AddSingleton<LongPoll>();
        services.AddSingleton<MessagePush>();
        return services;
    }
}
