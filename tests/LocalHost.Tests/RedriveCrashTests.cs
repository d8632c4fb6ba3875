using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>An instance that is killed while it puts dead letters back.</summary>
public sealed class RedriveCrashTests(Azurite azurite)
{
    private const string Recipient = "redriven";
    private const int Letters = 500;
    private const string FunctionKey = "redrive-crash-redrive-crash";

    [Fact]
    public async Task Redrive_WhenItsInstanceIsKilled_LosesNoLetter_AndRepeatsWithTheSameId()
    {
        var letters = QueueOf(Named.Recipient(Recipient).DeadLetterQueueName("fc"));
        var mailbox = QueueOf(Named.Recipient(Recipient).QueueName("fc"));
        var ids = await WriteLettersAsync(letters);

        var killed = await StartAsync();
        using (var client = new ApiClient(killed.Url, FunctionKey))
        {
            var redrive = RedriveAsync(client);
            await Await.UntilAsync(
                async () => await mailbox.ExistsAsync(Token) && await CountAsync(mailbox) > Letters / 10, "a tenth of the letters");
            await killed.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => redrive);
        }

        Assert.InRange(await CountAsync(letters), 1, Letters - 1);
        await using var host = await StartAsync();
        using var again = new ApiClient(host.Url, FunctionKey);

        // The letters that the dead instance held come back when their lease ends.
        await Await.UntilAsync(async () => (await RedriveAsync(again)).GetProperty("left").GetInt32() == 0, "all letters to be put back");

        Assert.Equal(0, await CountAsync(letters));
        var received = await ReceiveAllAsync(again);

        // A repeat has an id of this list too.
        Assert.Equal(ids.Order(StringComparer.Ordinal), received.Distinct().Order(StringComparer.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private QueueClient QueueOf(string name) => new(azurite.ConnectionString, name);

    private Task<IAppInstance> StartAsync() => AppInstance.StartAsync(
        azurite.ConnectionString,
        FunctionKey,
        new Dictionary<string, string> { ["FuncComet__Token__Required"] = "false" });

    private static async Task<List<string>> WriteLettersAsync(QueueClient queue)
    {
        await queue.CreateAsync(cancellationToken: Token);
        var ids = Enumerable.Range(0, Letters).Select(_ => $"{Guid.CreateVersion7():N}").ToList();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (id, _) =>
        {
            var letter = $$"""
                {"rcpt":"{{Recipient}}","id":"{{id}}","time":"2026-01-01T00:00:00Z","deadLettered":"2026-01-01T00:00:00Z","deliveries":10,
                "reason":"a test","contentType":"text/plain","base64":"aGVsbG8="}
                """;
            await queue.SendMessageAsync(letter, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Token);
        });
        return ids;
    }

    private static async Task<int> CountAsync(QueueClient queue) =>
        (await queue.GetPropertiesAsync(Token)).Value.ApproximateMessagesCount;

    private static async Task<JsonElement> RedriveAsync(ApiClient client)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, $"deadletters/redrive?rcpt={Recipient}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private static async Task<List<string>> ReceiveAllAsync(ApiClient client)
    {
        var ids = new List<string>();
        while (true)
        {
            using var polled = await client.SendAsync(HttpMethod.Get, $"poll?rcpt={Recipient}&timeout=0&max=32");
            if (polled.StatusCode == HttpStatusCode.NoContent)
            {
                return ids;
            }

            var batch = await polled.Content.ReadFromJsonAsync<JsonElement>(Token);
            ids.AddRange(batch.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetString()!));
        }
    }
}
