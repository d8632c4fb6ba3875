using Azure;
using FuncComet.Mailboxes;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class StorageHealthTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeQueueService _storage;
    private readonly StorageHealth _health;

    public StorageHealthTests()
    {
        _storage = new FakeQueueService(_time);
        _health = new StorageHealth(_storage.Mailboxes(), _time);
    }

    private FakeQueueClient Queue => (FakeQueueClient)_storage.GetQueueClient("fc-health");

    [Fact]
    public async Task Check_HoweverOftenItIsCalled_AsksStorageOnceInFiveSeconds()
    {
        foreach (var _ in Enumerable.Range(0, 100))
        {
            await _health.CheckAsync().Bounded();
        }

        _time.Advance(TimeSpan.FromSeconds(4.9));
        await _health.CheckAsync().Bounded();
        Assert.Single(Queue.Requests);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        await _health.CheckAsync().Bounded();
        Assert.Equal(2, Queue.Requests.Count);
    }

    [Fact]
    public async Task Check_WhileAnotherIsUnderWay_SharesItsResult()
    {
        var answer = new TaskCompletionSource();
        Queue.Arrived = (_, _) => answer.Task;
        var first = _health.CheckAsync();
        _time.Advance(TimeSpan.FromSeconds(6));

        var second = _health.CheckAsync();
        answer.SetResult();

        await first.Bounded();
        await second.Bounded();
        Assert.Single(Queue.Requests);
    }

    [Fact]
    public async Task Check_WhenStorageFails_AsksAgainAfterASecond()
    {
        Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _health.CheckAsync().Bounded());
        Queue.Failure = null;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _health.CheckAsync().Bounded());

        _time.Advance(TimeSpan.FromSeconds(1));
        await _health.CheckAsync().Bounded();
    }
}
