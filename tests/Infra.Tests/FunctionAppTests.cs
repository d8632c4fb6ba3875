using System.Text.Json;
using FuncComet.Functions;

namespace FuncComet.Infra.Tests;

/// <summary>The metadata that the function app gives the Functions host at its start.</summary>
public sealed class FunctionAppTests
{
    [Fact]
    public async Task FunctionApp_NamesEveryFunctionToTheHost()
    {
        var functions = await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync(AppContext.BaseDirectory);

        var triggers = from function in functions
                       let trigger = JsonElement.Parse(function.RawBindings![0])
                       select $"{function.Name}: {trigger.GetProperty("type")} {trigger.GetProperty("route")}, "
                           + $"{trigger.GetProperty("authLevel")}, {function.EntryPoint}";
        Assert.Equal(
            [
                "About: httpTrigger about, Function, FuncComet.Functions.About.AboutFunction.RunAsync",
                "Ack: httpTrigger ack, Anonymous, FuncComet.Functions.Ack.AckFunction.RunAsync",
                "AppPush: httpTrigger app/push, Anonymous, FuncComet.Functions.Push.AppPushFunction.RunAsync",
                "AppToken: httpTrigger app/token, Anonymous, FuncComet.Functions.Tokens.AppTokenFunction.RunAsync",
                "DeadLetters: httpTrigger deadletters, Function, FuncComet.Functions.DeadLetters.DeadLettersFunction.RunAsync",
                "DeadLettersRedrive: httpTrigger deadletters/redrive, Function, "
                    + "FuncComet.Functions.DeadLetters.DeadLettersRedriveFunction.RunAsync",
                "Health: httpTrigger health, Anonymous, FuncComet.Functions.Health.HealthFunction.RunAsync",
                "Lease: httpTrigger lease, Anonymous, FuncComet.Functions.Lease.LeaseFunction.RunAsync",
                "Mailbox: httpTrigger mailbox, Function, FuncComet.Functions.Mailboxes.MailboxFunction.RunAsync",
                "MailboxMessages: httpTrigger mailbox/messages, Function, FuncComet.Functions.Mailboxes.MailboxMessagesFunction.RunAsync",
                "Mailboxes: httpTrigger mailboxes, Function, FuncComet.Functions.Mailboxes.MailboxListFunction.RunAsync",
                "Poll: httpTrigger poll, Anonymous, FuncComet.Functions.Poll.PollFunction.RunAsync",
                "Presence: httpTrigger presence, Function, FuncComet.Functions.Presence.PresenceFunction.RunAsync",
                "Push: httpTrigger push, Function, FuncComet.Functions.Push.PushFunction.RunAsync",
                "Token: httpTrigger token, Function, FuncComet.Functions.Tokens.TokenFunction.RunAsync",
            ],
            triggers.Order(StringComparer.Ordinal));
    }
}
