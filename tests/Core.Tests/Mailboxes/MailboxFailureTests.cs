using System.Net.Sockets;
using Azure;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class MailboxFailureTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeQueueService _storage;
    private readonly Recipient _recipient = Named.NewRecipient();
    private readonly Mailbox _mailbox;

    public MailboxFailureTests()
    {
        _storage = new FakeQueueService(_time);
        _mailbox = _storage.Mailboxes().Open(_recipient);
    }

    private FakeQueueClient Queue => _storage.Of(_recipient);

    [Fact]
    public async Task Send_ToAnExistingMailbox_IsOneRequest()
    {
        Queue.IsThere = true;

        await _mailbox.SendAsync(Named.Message("x"), Ttl);

        Assert.Equal(["send"], Queue.Requests);
    }

    [Fact]
    public async Task Send_ToANewMailbox_CreatesItAfterStorageReportsItMissing()
    {
        await _mailbox.SendAsync(Named.Message("x"), Ttl);

        Assert.Equal(["send", "create", "send"], Queue.Requests);
    }

    [Fact]
    public async Task Send_WhenTheQueueIsCreatedMeanwhile_Sends()
    {
        Queue.Arrived = (request, _) =>
        {
            Queue.IsThere |= request == "create";
            return Task.CompletedTask;
        };

        await _mailbox.SendAsync(Named.Message("x"), Ttl);

        Assert.Single(Queue.Texts);
    }

    public static TheoryData<Exception> Failures =>
    [
        new RequestFailedException(503, "", "ServerBusy", innerException: null),
        new RequestFailedException(403, "", "AuthenticationFailed", innerException: null),
        new RequestFailedException("Connection refused (127.0.0.1:10001)"),
        new AggregateException(new RequestFailedException("first"), new TaskCanceledException("second")),
        new TaskCanceledException("The operation was cancelled because it exceeded the configured timeout."),
        new SocketException((int)SocketError.NotConnected),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task AnyCall_WhenStorageFails_ThrowsStorageUnavailable(Exception failure)
    {
        Queue.IsThere = true;
        await _mailbox.SendAsync(Named.Message("x"), Ttl);
        var message = (await _mailbox.ReceiveAsync(TimeSpan.FromSeconds(5), Mailbox.Deadline))!;
        Queue.Failure = failure;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.SendAsync(Named.Message("x"), Ttl));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => _mailbox.HasMessageAsync(Mailbox.Deadline, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.ReceiveAsync(TimeSpan.FromSeconds(5), Mailbox.Deadline));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.DeleteAsync(message, Mailbox.Deadline));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.CountAsync());
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.ClearAsync());
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _mailbox.GiveBackAsync(message, undelivered: true, Mailbox.Deadline));
    }

    [Fact]
    public async Task HasMessage_WhenStorageDoesNotAnswer_EndsAtItsDeadline()
    {
        Queue.Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);

        var look = _mailbox.HasMessageAsync(Mailbox.Deadline, TestContext.Current.CancellationToken);
        _time.Advance(Mailbox.Deadline);

        var exception = await Assert.ThrowsAsync<StorageUnavailableException>(() => look.Bounded());
        Assert.Equal("Storage did not peek: no answer in time.", exception.Message);
    }

    [Fact]
    public async Task HasMessage_WhenItsTokenFires_IsCancelled()
    {
        using var leaving = new CancellationTokenSource();
        Queue.Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);

        var look = _mailbox.HasMessageAsync(Mailbox.Deadline, leaving.Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look.Bounded());
    }

    [Fact]
    public async Task Acknowledge_WhenStoragesAnswerHasNoTime_IsJudgedByOurClock()
    {
        Queue.IsThere = true;
        await _mailbox.SendAsync(Named.Message("x"), Ttl);
        var receipt = (await _mailbox.ReceiveAsync(TimeSpan.FromSeconds(5), Mailbox.Deadline))!.Receipt;
        Queue.Failure = FakeQueueClient.Failed(404, QueueErrorCode.MessageNotFound);

        Assert.True(await _mailbox.AcknowledgeAsync(receipt));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await _mailbox.AcknowledgeAsync(receipt));
    }

    [Fact]
    public async Task Clear_WhenItsDeadlineEndsBeforeAllIsRemoved_IsFalse()
    {
        Queue.Arrived = (_, token) =>
            Queue.Requests.Count < 3 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, token);
        Queue.Failure = FakeQueueClient.Failed(500, QueueErrorCode.OperationTimedOut);

        var cleared = _mailbox.ClearAsync();
        _time.Advance(Mailbox.Deadline);

        Assert.False(await cleared.Bounded());
        Assert.Equal(["clear", "clear", "clear"], Queue.Requests);
    }

    [Fact]
    public async Task Delete_WhenTheMessageIsGone_IsFalse()
    {
        Queue.IsThere = true;
        await _mailbox.SendAsync(Named.Message("x"), Ttl);
        var message = (await _mailbox.ReceiveAsync(TimeSpan.FromSeconds(5), Mailbox.Deadline))!;

        Queue.Failure = FakeQueueClient.Failed(404, QueueErrorCode.MessageNotFound);

        Assert.False(await _mailbox.DeleteAsync(message, Mailbox.Deadline));
        Assert.Null(await _mailbox.GiveBackAsync(message, undelivered: true, Mailbox.Deadline));
    }
}
