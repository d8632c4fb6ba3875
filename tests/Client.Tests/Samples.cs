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

    public static void Register(IServiceCollection services)
    {
        services.AddFuncCometClient(options =>
        {
            options.BaseAddress = new Uri("https://myapp.azurewebsites.net/api");
            options.TokenProvider = GetMyTokenAsync;
        });
    }

    private static void Handle(CometMessage message) => Console.WriteLine(message.Text);

    private static Task<RecipientToken> GetMyTokenAsync(string recipient, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"No token for {recipient}.");
}
