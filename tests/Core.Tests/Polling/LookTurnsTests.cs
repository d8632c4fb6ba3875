using FuncComet.Polling;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>More polls than may look at once.</summary>
public sealed class LookTurnsTests : IDisposable
{
    private readonly PollHarness _instance = new();
    private readonly List<TaskCompletionSource> _looks = [];
    private readonly List<CancellationTokenSource> _clients = [];

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Polls_OfManyRecipients_LookSixtyFourAtOnce()
    {
        var polls = Enumerable.Range(0, 100).Select(number => Poll(number)).ToList();
        Assert.Equal(64, _looks.Count);

        _looks[0].SetResult();
        await Await.UntilAsync(() => _looks.Count == 65, "the next look");
        for (var at = 1; at < 100; at++)
        {
            await Await.UntilAsync(() => _looks.Count > at, $"look {at}");
            _looks[at].SetResult();
        }

        Assert.Equal(100, _looks.Count);
        Assert.DoesNotContain(polls, poll => poll.IsCompleted);
    }

    [Fact]
    public async Task Poll_WhenItsClientLeavesDuringALook_GivesItsTurnToTheNext()
    {
        var polls = Enumerable.Range(0, 65).Select(number => Poll(number)).ToList();

        await _clients[0].CancelAsync();

        Assert.Equal(PollOutcome.ClientGone, await polls[0].Bounded());
        await Await.UntilAsync(() => _looks.Count == 65, "the next look");
    }

    [Fact]
    public async Task Poll_WhenItsClientLeavesBeforeItsTurn_NeverLooks()
    {
        var polls = Enumerable.Range(0, 66).Select(number => Poll(number)).ToList();

        await _clients[64].CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await polls[64].Bounded());
        _looks[0].SetResult();

        await Await.UntilAsync(() => _looks.Count == 65, "the next look");
        Assert.Empty(_instance.Storage.Of(Named.Recipient("64")).Requests);
        Assert.Equal(["peek"], _instance.Storage.Of(Named.Recipient("65")).Requests);
    }

    [Fact]
    public async Task Poll_WithoutTimeoutAndWithoutATurn_Ends()
    {
        _ = Enumerable.Range(0, 64).Select(number => Poll(number)).ToList();
        var late = Poll(64, seconds: 0);

        _instance.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(PollOutcome.StorageFailed, await late.Bounded());
    }

    private Task<PollOutcome> Poll(int number, int seconds = 30)
    {
        var (recipient, client) = (Named.Recipient($"{number}"), new CancellationTokenSource());
        _clients.Add(client);
        _instance.Storage.Of(recipient).Arrived = (_, token) =>
        {
            var look = new TaskCompletionSource();
            lock (_looks)
            {
                _looks.Add(look);
            }

            return look.Task.WaitAsync(token);
        };
        return _instance.Poll.RunAsync(new PollRequest(recipient, TimeSpan.FromSeconds(seconds)), new RecordedAnswer(), client.Token);
    }
}
