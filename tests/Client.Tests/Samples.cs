using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Client.Tests;

/// <summary>The C# samples of the READMEs, so that the compiler checks them. ReadmeTests compares the READMEs with this file.</summary>
internal static class Samples
{
    public static async Task QuickstartAsync(CancellationToken cancellationToken)
    {
        var client = new FuncCometClient(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, new FuncCometClientOptions
        {
            BaseAddress = new Uri("http://localhost:7071/api"),
        });

        await client.PushAsync("alice", new OutgoingMessage("hello"), cancellationToken);

        await foreach (var message in client.ReadAllAsync("alice", cancellationToken))
        {
            Console.WriteLine(message.Text);
        }
    }

    public static async Task AbandonAsync(FuncCometClient client, CancellationToken cancellationToken)
    {
        await foreach (var message in client.ReadAllAsync("alice", cancellationToken))
        {
            try
            {
                Handle(message);
            }
            catch (InvalidDataException)
            {
                message.Abandon();
            }
        }
    }

    public static async Task ReleaseAsync(FuncCometClient client, CancellationToken cancellationToken)
    {
        await foreach (var message in client.ReadAllAsync("alice", cancellationToken))
        {
            try
            {
                Handle(message);
            }
            catch (TimeoutException)
            {
                await message.ReleaseAsync(after: TimeSpan.FromMinutes(5), cancellationToken);
            }
        }
    }

    public static async Task OwnLoopAsync(FuncCometClient client, CancellationToken cancellationToken)
    {
        var request = new PollRequest { Lease = TimeSpan.FromMinutes(1) };
        foreach (var message in await client.PollAsync("alice", request, cancellationToken))
        {
            var renewal = await client.RenewAsync("alice", [message.Receipt!], TimeSpan.FromMinutes(10), cancellationToken);
            foreach (var lease in renewal.Leases)
            {
                Handle(message);
                await client.AcknowledgeAsync("alice", [lease.Renewed], cancellationToken);
            }
        }
    }

    public static async Task RecallAsync(FuncCometClient client, CancellationToken cancellationToken)
    {
        var reminder = new OutgoingMessage("Pay the bill") { Delay = TimeSpan.FromDays(1) };
        var copy = await client.PushAsync("alice", reminder, cancellationToken);

        // Once alice has paid:
        if (!await client.RecallAsync(copy, cancellationToken))
        {
            Console.WriteLine("The reminder was delivered before.");
        }
    }

    public static async Task PresenceAsync(FuncCometClient client, CancellationToken cancellationToken)
    {
        foreach (var presence in await client.GetPresenceAsync(["alice", "bob"], cancellationToken))
        {
            Console.WriteLine($"{presence.Recipient}: waiting {presence.IsWaiting}, last seen {presence.LastSeen}");
        }

        var question = new OutgoingMessage("Are you there?") { AskPresence = true };
        if ((await client.PushAsync("alice", question, cancellationToken)).IsWaiting == false)
        {
            SendMail();
        }
    }

    public static async Task AdministrationAsync(FuncCometAdministration administration, CancellationToken cancellationToken)
    {
        await foreach (var mailbox in administration.ListMailboxesAsync(withCounts: true, cancellationToken))
        {
            Console.WriteLine($"{mailbox.Recipient}: {mailbox.Messages} messages, waiting {mailbox.IsWaiting}");
        }

        foreach (var message in await administration.PeekMessagesAsync("alice", cancellationToken: cancellationToken))
        {
            Console.WriteLine($"{message.Id}: delivered {message.Deliveries} times, {message.Size} bytes");
        }

        var redriven = await administration.RedriveAsync("alice", cancellationToken: cancellationToken);
        Console.WriteLine($"{redriven.Moved} dead letters are back in the mailbox, {redriven.Left} are left");

        if (!(await administration.EraseAsync("bob", cancellationToken)).IsComplete)
        {
            Console.WriteLine("The storage has not deleted all of it yet: ask again in a minute");
        }
    }

    public static void Register(IServiceCollection services)
    {
        services.AddFuncCometClient(options =>
        {
            options.BaseAddress = new Uri("https://myapp.azurewebsites.net/api");
            options.TokenProvider = GetMyTokenAsync;
        });
    }

    private static void Handle(CometMessage message) => Console.WriteLine(message.Text);

    private static void SendMail() => Console.WriteLine("A mail.");

    private static Task<RecipientToken> GetMyTokenAsync(string recipient, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"No token for {recipient}.");
}
