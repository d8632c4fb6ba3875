using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>The behaviour of a mailbox on a storage that answers as Azure documents where Azurite does not.</summary>
public abstract class AzureMailboxContract : MailboxContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>How long this storage refuses the name of a deleted queue.</summary>
    protected abstract TimeSpan DeletedNameIsRefused { get; }

    /// <summary>The next send is carried out twice: its first answer is lost.</summary>
    protected abstract void RetryNextSend();

    [Fact]
    public async Task Send_WhenTheQueueIsBeingDeleted_SaysWhenToComeBack_AndSucceedsThen()
    {
        await Mailbox.SendAsync(Named.Message("before"), Ttl);
        await Queue.DeleteAsync(Token);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => Mailbox.SendAsync(Named.Message("too early"), Ttl));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.RetryAfter);
        await WaitAsync(DeletedNameIsRefused);
        await Mailbox.SendAsync(Named.Message("after"), Ttl);

        Assert.Equal("after", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
    }

    [Fact]
    public async Task Mailbox_WhenItsQueueIsBeingDeleted_IsOneThatDoesNotExist()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var received = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        await Queue.DeleteAsync(Token);

        Assert.Equal(MailboxContent.Missing, await Mailbox.PeekAsync(Mailbox.Deadline, Token));
        Assert.Null(await Mailbox.ReceiveAsync(1, Lease, Mailbox.Deadline));
        Assert.Null(await Mailbox.CountAsync());
        Assert.True(await Mailbox.ClearAsync());
        Assert.False(await Mailbox.DeleteAsync(received, Mailbox.Deadline));
        Assert.Null(await Mailbox.GiveBackAsync(received, undelivered: true, Mailbox.Deadline));
    }

    [Fact]
    public async Task Presence_WhenTheQueueIsBeingDeleted_IsNotWritten()
    {
        var presences = new CoreInstance(Clock, Storage).Get<PresenceStore>();
        var presence = new PresenceList([new Presence(Presence.NewInstance(), Clock.GetUtcNow())], Clock.GetUtcNow());
        Assert.True(await presences.WriteAsync(Mailbox, presence, createsQueue: true, Mailbox.Deadline, Token));
        await Queue.DeleteAsync(Token);

        Assert.False(await presences.WriteAsync(Mailbox, presence, createsQueue: true, Mailbox.Deadline, Token));
        Assert.Equal(PresenceList.None, await presences.ReadAsync(Mailbox, Mailbox.Deadline));
    }

    [Fact]
    public async Task Send_WhenARetryStoresTheMessageTwice_BothHaveItsId()
    {
        var sent = Named.Message("x");
        await Mailbox.SendAsync(Named.Message("first"), Ttl);
        RetryNextSend();

        await Mailbox.SendAsync(new Envelope(sent).Encode(), Ttl, TimeSpan.Zero, Mailbox.Deadline);

        var received = await Mailbox.ReceiveAsync(32, Lease, Mailbox.Deadline);
        Assert.Equal([sent.Id, sent.Id], received!.Skip(1).Select(message => message.Message.Id));
    }
}
