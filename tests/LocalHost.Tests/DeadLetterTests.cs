using System.Net;
using System.Text.Json;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class DeadLetterTests(Azurite azurite) : IClassFixture<Azurite>
{
    [Fact]
    public async Task APoisonMessage_EndsInTheDeadLetterQueueOnce()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Mailbox__MaxDeliveries"] = "3" });
        using var client = new ApiClient(host.Url);
        await client.PushAcceptedAsync("poisoned", "poison");

        foreach (var deliveries in new[] { "1", "2", "3" })
        {
            using var leased = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "poll?rcpt=poisoned&lease=5&timeout=30"));
            Assert.Equal(HttpStatusCode.OK, leased.StatusCode);
            Assert.Equal(deliveries, Assert.Single(leased.Headers.GetValues("Comet-Deliveries")));
        }

        using var none = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "poll?rcpt=poisoned&lease=5&timeout=15"));
        Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        var deadLetters = new QueueClient(azurite.ConnectionString, Named.Recipient("poisoned").DeadLetterQueueName("fc"));
        var letters = await deadLetters.PeekMessagesAsync(32, TestContext.Current.CancellationToken);
        var letter = JsonDocument.Parse(Assert.Single(letters.Value).MessageText).RootElement;
        Assert.Equal("poisoned", letter.GetProperty("rcpt").GetString());
        Assert.Equal("poison"u8.ToArray(), letter.GetProperty("base64").GetBytesFromBase64());
    }
}
