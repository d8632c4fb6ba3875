using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>Polls that push while they are answered.</summary>
/// <remarks>
/// Nothing runs beside it: each garbage collection walks its deep stack, so tests that allocate would slow it down, and it them.
/// </remarks>
[TestClass(DisableParallelization = true)]
public sealed class PushChainTests : IDisposable
{
    private readonly PollHarness _instance = new(handover: HandoverMode.Direct);

    public PushChainTests() => _instance.Queue.IsThere = true;

    public void Dispose() => _instance.Dispose();

    // Each poll continues on the thread of the push that reached it. Tasks must unwind such a chain before the stack overflows.
    [Fact]
    public async Task Push_WhenThousandsOfPollsEachPushToTheNext_DoesNotOverflowTheStack()
    {
        var recipients = Enumerable.Range(0, 3_000).Select(number => Named.Recipient($"number-{number}")).ToList();
        var polls = recipients.Select((recipient, at) =>
        {
            var answer = new RecordedAnswer
            {
                Write = async _ =>
                {
                    await PassOnAsync(at + 1);
                    return WriteOutcome.Written;
                },
            };
            return _instance.Poll.RunAsync(new PollRequest(recipient, TimeSpan.FromSeconds(30)), answer, CancellationToken.None);
        }).ToList();

        await PassOnAsync(0).Bounded();

        Assert.All(await Task.WhenAll(polls).Bounded(), end => Assert.Equal(PollOutcome.Delivered, end));

        Task PassOnAsync(int at) => at == recipients.Count
            ? Task.CompletedTask
            : _instance.Push.SendAsync([recipients[at]], Named.Message("pass it on"), TimeSpan.FromHours(1), TimeSpan.Zero);
    }
}
