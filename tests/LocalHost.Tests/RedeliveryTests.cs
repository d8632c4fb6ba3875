using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>An instance dies while its client has a leased message, and the client polls at another instance.</summary>
public sealed class RedeliveryTests(Azurite azurite)
{
    // The message is visible for 15 of the 20 seconds that the poll waits.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMessageLeasedByADeadInstance_ReachesAPollAtAnother(bool isHeldBeforeTheDeath)
    {
        var recipient = Named.NewRecipient().Name;
        await using var dying = await StartAsync();
        await using var living = await StartAsync();
        using var first = new ApiClient(dying.Url);
        using var second = new ApiClient(living.Url);
        await first.PushAcceptedAsync(recipient, "hello");
        using var leased = await first.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=10");
        Assert.Equal(HttpStatusCode.OK, leased.StatusCode);

        if (!isHeldBeforeTheDeath)
        {
            await dying.KillAsync();
        }

        var poll = second.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&lease=5&timeout=20");
        if (isHeldBeforeTheDeath)
        {
            await dying.KillAsync();
        }

        using var again = await poll;
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("Comet-Deliveries")));
    }

    private Task<LocalHostProcess> StartAsync() => LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
}
