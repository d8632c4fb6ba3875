using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>Renewing and releasing by callers that write their own loop.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset End = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);

    // 32 of the longest receipts.
    private static readonly string[] LongReceipts = [.. Enumerable.Range(10, 32).Select(number => $"{new string('r', 118)}{number}")];

    private readonly ScriptedApp _app = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task RenewAsync_WhenALeaseIsOver_ReturnsTheOthersNewReceipts()
    {
        var renewing = _app.Client().RenewAsync("alice", ["r-1", "r-2", "r-1"], Lease, CancellationToken);

        var renewal = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1&receipt=r-2", renewal.Line);
        renewal.AnswerRenewed(expired: "r-2");

        var result = await renewing.Bounded();
        Assert.Equal([new RenewedLease("r-1", "r-1n", End)], result.Leases);
        Assert.Equal(["r-2"], result.Expired);
    }

    [Fact]
    public async Task RenewAsync_WhenAllLeasesAreOver_ReturnsThem()
    {
        var renewing = _app.Client().RenewAsync("alice", ["r-1", "r-2"], Lease, CancellationToken);

        (await _app.NextAsync()).AnswerExpired();

        var result = await renewing.Bounded();
        Assert.Empty(result.Leases);
        Assert.Equal(["r-1", "r-2"], result.Expired);
    }

    [Fact]
    public async Task RenewAsync_WhenTheStorageFailsForAPart_ThrowsWithTheNewReceipts()
    {
        var renewing = _app.Client().RenewAsync("alice", ["r-1", "r-2"], Lease, CancellationToken);

        (await _app.NextAsync()).AnswerPartlyRenewed(renewed: ["r-2"], failed: ["r-1"]);

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => renewing.Bounded());
        Assert.Equal("storage-unavailable", error.Code);
        Assert.Equal(TimeSpan.FromSeconds(5), error.RetryAfter);
        Assert.True(error.IsTransient);
        Assert.Equal([new RenewedLease("r-2", "r-2n", End)], error.Leases);
        Assert.Empty(error.Expired);
        Assert.Equal(["r-1"], error.Failed);
    }

    [Fact]
    public async Task RenewAsync_WhenTheSecondRequestGetsNoAnswer_ThrowsWithTheNewReceiptsOfTheFirst()
    {
        var renewing = _app.Client().RenewAsync("alice", LongReceipts, Lease, CancellationToken);

        var first = await _app.NextAsync();
        first.AnswerRenewed();
        var second = await _app.NextAsync();
        second.Break(new HttpRequestException("Connection refused."));

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => renewing.Bounded());
        Assert.Equal(FuncCometException.Unreachable, error.Code);
        Assert.Equal(first.ValuesOf("receipt"), error.Leases.Select(lease => lease.Receipt));
        Assert.Equal(second.ValuesOf("receipt"), error.Failed);
        Assert.Equal(LongReceipts, first.ValuesOf("receipt").Concat(second.ValuesOf("receipt")));
    }

    [Fact]
    public async Task RenewAsync_WhenTheFirstRequestFails_SendsNoOther()
    {
        var renewing = _app.Client().RenewAsync("alice", LongReceipts, Lease, CancellationToken);

        (await _app.NextAsync()).AnswerUnavailable();

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => renewing.Bounded());
        Assert.Equal(LongReceipts, error.Failed);
        Assert.False(_app.HasRequest);
    }

    [Theory]
    [InlineData("""{"leases":[],"expired":[]}""")]
    [InlineData("""{"leases":[{"receipt":"r-1"}],"expired":["r-2"]}""")]
    [InlineData("""{"leases":[{"receipt":"r-2","renewed":"r-2n","expires":"2026-01-01T00:01:00.000Z"}],"expired":[]}""")]
    [InlineData("<html>Sign in to this network.</html>")]
    public async Task RenewAsync_WhenTheAnswerDoesNotNameTheReceipt_Throws(string answer)
    {
        var renewing = _app.Client().RenewAsync("alice", ["r-1"], Lease, CancellationToken);

        (await _app.NextAsync()).AnswerJson(HttpStatusCode.OK, answer);

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => renewing.Bounded());
        Assert.Equal(FuncCometException.UnexpectedAnswer, error.Code);
        Assert.Equal(["r-1"], error.Failed);
        Assert.Empty(error.Leases);
    }

    [Fact]
    public async Task ReleaseAsync_WhenALeaseIsOver_ReturnsIt()
    {
        var releasing = _app.Client().ReleaseAsync("alice", ["r-1", "r-2"], TimeSpan.FromSeconds(30), CancellationToken);

        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&after=30&receipt=r-1&receipt=r-2", release.Line);
        release.AnswerJson(HttpStatusCode.OK, """{"leases":[{"receipt":"r-1"}],"expired":["r-2"]}""");

        Assert.Equal(["r-2"], await releasing.Bounded());
    }

    [Fact]
    public async Task ReleaseAsync_WhenTheStorageFailsForAPart_ThrowsWithTheRest()
    {
        var releasing = _app.Client().ReleaseAsync("alice", ["r-1", "r-2", "r-3"], cancellationToken: CancellationToken);

        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&receipt=r-1&receipt=r-2&receipt=r-3", release.Line);
        release.AnswerProblem(
            HttpStatusCode.ServiceUnavailable,
            "storage-unavailable",
            ""","leases":[{"receipt":"r-1"}],"expired":["r-2"],"failed":["r-3"]""");

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => releasing.Bounded());
        Assert.Empty(error.Leases);
        Assert.Equal(["r-2"], error.Expired);
        Assert.Equal(["r-3"], error.Failed);
    }
}
