using FuncComet.Mailboxes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FuncComet.Offline;

/// <summary>The application's queue must be none of FuncComet's own: a note in a mailbox would be delivered as a message.</summary>
internal sealed class OfflineQueueRule(IConfiguration configuration) : IValidateOptions<OfflineOptions>
{
    public ValidateOptionsResult Validate(string? name, OfflineOptions options)
    {
        // Not from the options, which fail by themselves if the setting is wrong. That is then reported once.
        var setting = configuration[$"{MailboxOptions.SectionName}:{nameof(MailboxOptions.QueuePrefix)}"];
        var prefix = $"{setting ?? new MailboxOptions().QueuePrefix}-";
        return options.Queue is { } queue && queue.StartsWith(prefix, StringComparison.Ordinal)
            ? ValidateOptionsResult.Fail(
                $"FuncComet__Offline__Queue ({queue}) must not begin with {prefix}, as FuncComet's own queues do "
                + "(FuncComet__Mailbox__QueuePrefix).")
            : ValidateOptionsResult.Success;
    }
}
