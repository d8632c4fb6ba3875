using System.Text.Json;
using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>Dead letters on Azurite, since they must fit into a real queue message.</summary>
public sealed class DeadLetterTests(Azurite azurite)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly QueueServiceClient _storage = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient();

    // Each test has dead-letter queues of its own.
    private readonly IOptions<MailboxOptions> _options =
        Options.Create(new MailboxOptions { QueuePrefix = $"d{Guid.NewGuid().ToString("N")[..8]}" });

    private MailboxFactory Mailboxes => Named.Mailboxes(_storage, TimeProvider.System, _options.Value);

    private DeadLetters DeadLetters => new(_storage, _options, TimeProvider.System);

    [Fact]
    public async Task Move_OfASmallMessage_KeepsAllOfItAsReadableJson()
    {
        var recipient = Named.Recipient("alice \"q\" ü🚀");
        var mailbox = Mailboxes.Open(recipient);
        var sent = Message.Create(TimeProvider.System, "text/plain", "key-1", "hello"u8.ToArray());
        await mailbox.SendAsync(sent, TimeSpan.FromHours(1));

        var received = await mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        await DeadLetters.MoveAsync(recipient, mailbox, received!, "a reason");

        var letter = JsonDocument.Parse(Assert.Single(await ReadAsync(recipient)).Text).RootElement;
        Assert.Equal(recipient.Name, letter.GetProperty("rcpt").GetString());
        Assert.Equal(sent.Id.ToString("N"), letter.GetProperty("id").GetString());
        Assert.Equal(sent.Time, letter.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("a reason", letter.GetProperty("reason").GetString());
        Assert.Equal("text/plain", letter.GetProperty("contentType").GetString());
        Assert.Equal("key-1", letter.GetProperty("key").GetString());
        Assert.Equal("hello"u8.ToArray(), letter.GetProperty("base64").GetBytesFromBase64());
        Assert.Equal(0, await mailbox.CountAsync());
    }

    [Fact]
    public async Task Move_OfTheLargestMessage_KeepsItVerbatimBesideItsJson()
    {
        var recipient = Named.Recipient(new string('"', 256));
        var mailbox = Mailboxes.Open(recipient);
        var body = Enumerable.Range(0, 48_000).Select(at => (byte)(at * 7)).ToArray();
        var sent = Message.Create(TimeProvider.System, new string('"', 200), new string('<', 128), body);
        await mailbox.SendAsync(sent, TimeSpan.FromHours(1));

        var received = await mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        await DeadLetters.MoveAsync(recipient, mailbox, received!, "a reason");

        var letters = await ReadAsync(recipient);
        Assert.Equal(2, letters.Count);
        var letter = JsonDocument.Parse(letters[1].Text).RootElement;
        Assert.Equal(letters[0].Id, letter.GetProperty("verbatimIn").GetString());
        Assert.False(letter.TryGetProperty("base64", out _));
        Assert.True(Envelope.TryDecode(letters[0].Text, out var envelope));
        Assert.Equal(body, envelope.Message.Body.ToArray());
        Assert.Equal(sent.ContentType, envelope.Message.ContentType);
        Assert.Equal(sent.Key, envelope.Message.Key);
        Assert.Equal(0, await mailbox.CountAsync());
    }

    [Fact]
    public async Task Move_OfAnUnreadableMessageOf64KiB_KeepsItVerbatim()
    {
        var recipient = Named.Recipient("bob");
        var mailbox = Mailboxes.Open(recipient);
        var text = Named.LaterEnvelope.PadRight(65_536, 'A');
        await mailbox.SendAsync(text, TimeSpan.FromHours(1), TimeSpan.Zero, Mailbox.Deadline);
        var received = (await mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.NotNull(DeadLetters.ReasonFor(received, leaseMode: false));

        await DeadLetters.MoveAsync(recipient, mailbox, received, received.Unreadable!);

        Assert.Equal(text, (await ReadAsync(recipient))[0].Text);
    }

    [Fact]
    public async Task Move_WritesLettersThatDoNotExpire()
    {
        var recipient = Named.Recipient("carol");
        var mailbox = Mailboxes.Open(recipient);
        await mailbox.SendAsync(Named.Message("x"), TimeSpan.FromHours(1));

        var received = await mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        await DeadLetters.MoveAsync(recipient, mailbox, received!, "a reason");

        Assert.Equal(9999, Assert.Single(await ReadAsync(recipient)).Expires?.Year);
    }

    private async Task<IReadOnlyList<(string Id, string Text, DateTimeOffset? Expires)>> ReadAsync(Recipient recipient)
    {
        var queue = _storage.GetQueueClient(DeadLetters.Open(recipient).QueueName);
        var messages = (await queue.PeekMessagesAsync(32, TestContext.Current.CancellationToken)).Value;
        return [.. messages.Select(message => (message.MessageId, message.MessageText, message.ExpiresOn))];
    }
}
