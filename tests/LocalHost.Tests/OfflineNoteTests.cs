using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Notes for the application, read with the storage's own client as a queue-triggered function reads them.</summary>
public sealed class OfflineNoteTests(Azurite azurite)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_WhenNobodyPolls_LeavesANoteForTheApplication()
    {
        const string Recipient = "grüße@example.org";
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string>
            {
                ["FuncComet__Offline__Queue"] = "nobody-polls",
                ["FuncComet__Offline__After"] = "00:00:02",
            });
        using var client = new ApiClient(host.Url);

        await client.PushAcceptedAsync(Recipient, "hello");

        var note = await NoteAsync("nobody-polls");
        var members = JsonElement.Parse(note.MessageText);
        using var polled = await client.PollAsync(Recipient, timeout: 0);
        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal(
            [
                ("rcpt", Recipient),
                ("id", Assert.Single(polled.Headers.GetValues("Comet-Message-Id"))),
                ("time", Assert.Single(polled.Headers.GetValues("Comet-Time"))),
                ("contentType", "text/plain; charset=utf-8"),
            ],
            members.EnumerateObject().Select(member => (member.Name, member.Value.GetString()!)));
        Assert.Equal(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(2), note.ExpiresOn - note.InsertedOn);
    }

    private async Task<QueueMessage> NoteAsync(string name)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        var queue = new QueueClient(azurite.ConnectionString, name, options);
        QueueMessage? note = null;
        await Await.UntilAsync(
            async () =>
            {
                // The first push creates the queue, in the background.
                if (await queue.ExistsAsync(CancellationToken))
                {
                    note = (await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(5), CancellationToken)).Value;
                }

                return note is not null;
            },
            "a note");
        return note!;
    }
}
