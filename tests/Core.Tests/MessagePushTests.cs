using Azure;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests;

public sealed class MessagePushTests
{
    private readonly FakeQueueService _storage = new(new FakeTimeProvider());

    [Fact]
    public async Task Send_WhenOneMailboxFails_StoresTheOthersAndSaysWhich()
    {
        _storage.Of(Named.Recipient("bob")).Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        var push = new MessagePush(_storage.Mailboxes(), new Doorbell());

        var copies = await push.SendAsync(
            [Named.Recipient("alice"), Named.Recipient("bob"), Named.Recipient("carol")], Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        Assert.Equal([("alice", true), ("bob", false), ("carol", true)], copies.Select(copy => (copy.Recipient.Name, copy.Expires is not null)));
        Assert.Single(_storage.Of(Named.Recipient("alice")).Texts);
        Assert.Single(_storage.Of(Named.Recipient("carol")).Texts);
    }

    [Fact]
    public async Task Send_StoresTheSameMessageForEach()
    {
        var push = new MessagePush(_storage.Mailboxes(), new Doorbell());
        var message = Named.Message("x");

        await push.SendAsync([Named.Recipient("alice"), Named.Recipient("bob")], message, TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        foreach (var name in new[] { "alice", "bob" })
        {
            var received = await _storage.Mailboxes().Open(Named.Recipient(name)).ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
            Assert.Equal(message.Id, received!.Message.Id);
        }
    }
}
