using FuncComet.Client.Connection;
using FuncComet.Client.Reading;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Client.Tests;

/// <summary>When a message of a batch is given up: its caller and a renewal run at the same time.</summary>
public sealed class LeasedBatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CometMessage _message = new() { Id = "1", Receipt = "r-1" };
    private readonly LeasedBatch _batch;

    public LeasedBatchTests() =>
        _batch = new LeasedBatch(
            new PolledBatch([_message], _time.GetTimestamp(), TimeSpan.Zero, null),
            lease: TimeSpan.FromSeconds(60),
            renewed: TimeSpan.FromSeconds(60),
            _time);

    [Fact]
    public void TryGiveUp_WhileARenewalIsUnderWay_LeavesTheMessageToIt()
    {
        _time.Advance(TimeSpan.FromSeconds(55));
        Assert.False(_batch.IsUsable(_message));
        Assert.Equal(["r-1"], _batch.BeginRenewal(_time.GetTimestamp()));

        Assert.False(_batch.TryGiveUp(_message));

        EndRenewal();
        Assert.True(_batch.IsUsable(_message));
    }

    [Fact]
    public void TryGiveUp_WhenARenewalHasJustEnded_LeavesTheMessage()
    {
        _time.Advance(TimeSpan.FromSeconds(55));
        Assert.False(_batch.IsUsable(_message));
        _batch.BeginRenewal(_time.GetTimestamp());
        EndRenewal();

        Assert.False(_batch.TryGiveUp(_message));

        Assert.True(_batch.IsUsable(_message));
    }

    [Fact]
    public void TryGiveUp_WhenTheLeaseIsAboutToEnd_LeavesNothingToRenew()
    {
        _time.Advance(TimeSpan.FromSeconds(55));

        Assert.True(_batch.TryGiveUp(_message));

        Assert.Empty(_batch.BeginRenewal(_time.GetTimestamp()));
    }

    private void EndRenewal()
    {
        var renewed = new LeaseJson { Receipt = "r-1", Renewed = "r-1n" };
        _batch.Apply(new LeaseAnswer([renewed], [], [], null), _time.GetTimestamp());
        _batch.EndRenewal();
    }
}
