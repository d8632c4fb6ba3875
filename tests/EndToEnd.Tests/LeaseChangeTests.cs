using System.Globalization;
using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Every answer of <c>POST /api/lease</c> that is documented.</summary>
public class LeaseChangeTests(Target target)
{
    private const int Lease = 5;
    private static readonly TimeSpan AfterTheLease = TimeSpan.FromSeconds(Lease + 2);

    [Fact]
    public async Task Lease_WhenRenewed_HidesTheMessageUntilTheNewLeaseEnds()
    {
        var (recipient, receipt) = await LeasedAsync();

        using var renewed = await ChangeAsync(recipient, "seconds=12", receipt);

        var (_, end) = await AssertRenewedAsync(renewed, receipt);
        Assert.InRange(end - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(17));
        await Task.Delay(AfterTheLease, Token);
        using var meanwhile = await PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, meanwhile.StatusCode);
        using var again = await PollAsync(recipient, timeout: 30);
        Assert.Equal("2", again.Header("Comet-Deliveries"));
    }

    [Fact]
    public async Task Lease_WhenRenewed_IsAcknowledgedByTheNewReceipt()
    {
        var (recipient, receipt) = await LeasedAsync();
        using var first = await ChangeAsync(recipient, "seconds=60", receipt);
        var (newer, _) = await AssertRenewedAsync(first, receipt);
        using var second = await ChangeAsync(recipient, "seconds=3600", newer);
        var (newest, _) = await AssertRenewedAsync(second, newer);

        using var acknowledged = await target.PostAsync($"ack?rcpt={recipient}&receipt={newest}", new ByteArrayContent([]));

        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        Assert.Equal(0, await CountAsync(recipient));
    }

    // The old receipt removes nothing any more, whatever its acknowledgement is answered.
    [Fact]
    public async Task Ack_WithTheReceiptBeforeARenewal_IsAcceptedUntilItsLeaseEnds_AndRemovesNothing()
    {
        var (recipient, receipt) = await LeasedAsync();
        using var renewed = await ChangeAsync(recipient, "seconds=60", receipt);
        await AssertRenewedAsync(renewed, receipt);

        using var early = await target.PostAsync($"ack?rcpt={recipient}&receipt={receipt}", new ByteArrayContent([]));
        await Task.Delay(AfterTheLease, Token);
        using var late = await target.PostAsync($"ack?rcpt={recipient}&receipt={receipt}", new ByteArrayContent([]));

        Assert.Equal(HttpStatusCode.NoContent, early.StatusCode);
        await late.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
        Assert.Equal(1, await CountAsync(recipient));
    }

    [Fact]
    public async Task Lease_WhenReleased_WakesAWaitingPoll()
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 600);
        var waiting = PollAsync(recipient, timeout: 60);
        await Await.UntilAsync(() => target.IsWaitingAsync(recipient), "the poll to be known");
        Assert.False(waiting.IsCompleted);

        using var released = await ChangeAsync(recipient, "seconds=0", receipt);

        await AssertReleasedAsync(released, receipt);
        using var again = await waiting.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal("hello", await again.TextAsync());
        Assert.Equal("2", again.Header("Comet-Deliveries"));
        using var acknowledged = await target.PostAsync($"ack?rcpt={recipient}&receipt={receipt}", new ByteArrayContent([]));
        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        Assert.Equal(1, await CountAsync(recipient));
    }

    [Fact]
    public async Task Lease_WhenReleasedForLater_IsDeliveredThen()
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 600);

        using var released = await ChangeAsync(recipient, "seconds=0&after=4", receipt);

        await AssertReleasedAsync(released, receipt);
        using var atOnce = await PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, atOnce.StatusCode);
        using var later = await PollAsync(recipient, timeout: 30);
        Assert.Equal("2", later.Header("Comet-Deliveries"));
    }

    [Fact]
    public async Task Lease_WhenOver_IsRenewedIfNobodyElseHasTheMessage()
    {
        var (recipient, receipt) = await LeasedAsync();
        await Task.Delay(AfterTheLease, Token);

        using var renewed = await ChangeAsync(recipient, "seconds=60", receipt);

        await AssertRenewedAsync(renewed, receipt);
        using var polled = await PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Fact]
    public async Task Lease_OfSeveral_NamesThoseThatHaveExpired_InTheOrderOfTheRequest()
    {
        var (recipient, late) = await LeasedAsync();
        using var taken = await PollAsync(recipient, timeout: 30, lease: 60);
        var newer = taken.Header("Comet-Receipt")!;
        var other = await LeaseAnotherAsync(recipient);
        var acknowledged = await LeaseAnotherAsync(recipient);
        using var gone = await target.PostAsync($"ack?rcpt={recipient}&receipt={acknowledged}", new ByteArrayContent([]));

        using var changed = await ChangeAsync(recipient, "seconds=60", other, late, newer, other, acknowledged);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var answer = await changed.JsonAsync();
        Assert.Equal(
            [other, newer],
            answer.GetProperty("leases").EnumerateArray().Select(lease => lease.GetProperty("receipt").GetString()));
        Assert.Equal([late, acknowledged], Expired(answer));
    }

    [Theory]
    [InlineData("seconds=60")]
    [InlineData("seconds=0")]
    [InlineData("seconds=0&after=1")]
    public async Task Lease_WhenTheReceiptWasUsedBefore_IsGone(string change)
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 60);
        using var first = await ChangeAsync(recipient, "seconds=60", receipt);

        using var second = await ChangeAsync(recipient, change, receipt);

        var problem = await second.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
        Assert.Equal([receipt], Expired(problem));
    }

    [Fact]
    public async Task Lease_WhenTheMailboxWasEmptied_IsGone()
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 60);
        using var emptied = await target.Http.DeleteAsync($"mailbox?rcpt={recipient}", Token);

        using var renewed = await ChangeAsync(recipient, "seconds=60", receipt);

        await renewed.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
    }

    [Fact]
    public async Task Lease_BeyondTheMessagesLife_EndsWithIt()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, new StringContent("hello"), "&ttl=60");
        var expires = Time(Assert.Single(await pushed.AcceptedAsync()).GetProperty("expires").GetString()!);
        using var leased = await PollAsync(recipient);

        using var renewed = await ChangeAsync(recipient, "seconds=3600", leased.Header("Comet-Receipt")!);

        var (_, end) = await AssertRenewedAsync(renewed, leased.Header("Comet-Receipt")!);
        Assert.InRange(end, expires - TimeSpan.FromSeconds(2), expires);
    }

    [Fact]
    public async Task Release_ForLongerThanAMessageLives_IsRefusedAndReleasesNone()
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 60);
        using var pushed = await target.PushAsync(recipient, new StringContent("short"), "&ttl=100");
        using var leased = await PollAsync(recipient);

        using var released = await ChangeAsync(recipient, "seconds=0&after=100", receipt, leased.Header("Comet-Receipt")!);

        await released.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "after");
        using var renewed = await ChangeAsync(recipient, "seconds=60", receipt, leased.Header("Comet-Receipt")!);
        Assert.Empty(Expired(await renewed.JsonAsync()));
    }

    [Fact]
    public async Task Lease_WithAnInvalidReceipt_IsRefusedAndChangesNone()
    {
        var (recipient, receipt) = await LeasedAsync(seconds: 60);
        var (_, theirs) = await LeasedAsync(seconds: 60);

        foreach (var bad in new[] { theirs, receipt[..^1], "AAAA", "%20", "" })
        {
            using var refused = await ChangeAsync(recipient, "seconds=0", receipt, bad);
            await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
        }

        using var renewed = await ChangeAsync(recipient, "seconds=60", receipt);
        await AssertRenewedAsync(renewed, receipt);
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=1", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=4", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=3601", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=-1", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=1.5", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=5&seconds=6", "seconds", "0 or 5 to 3600")]
    [InlineData("seconds=0&after=0", "after", "1 to 604800")]
    [InlineData("seconds=0&after=604801", "after", "1 to 604800")]
    [InlineData("seconds=0&after=", "after", "1 to 604800")]
    [InlineData("seconds=5&after=5", "after", "left out unless seconds is 0")]
    [InlineData("seconds=5", "receipt", "a receipt from an answer to this recipient")]
    public async Task Lease_WithAnInvalidParameter_IsRefusedWithItsRange(string query, string parameter, string range)
    {
        using var refused = await ChangeAsync(Target.NewRecipient(), query);

        var problem = await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", parameter);
        Assert.Contains(range, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_WithMoreThan32Receipts_IsRefused()
    {
        using var refused = await ChangeAsync(
            Target.NewRecipient(), "seconds=60", [.. Enumerable.Range(0, 33).Select(number => $"r{number}")]);

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<(string Receipt, DateTimeOffset End)> AssertRenewedAsync(HttpResponseMessage answer, string receipt)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        answer.AssertNoStore();
        var json = await answer.JsonAsync();
        Assert.Empty(Expired(json));
        var lease = Assert.Single(json.GetProperty("leases").EnumerateArray());
        Assert.Equal(receipt, lease.GetProperty("receipt").GetString());
        var renewed = lease.GetProperty("renewed").GetString()!;
        Assert.NotEqual(receipt, renewed);
        Assert.Matches("^[A-Za-z0-9_-]{1,120}$", renewed);
        return (renewed, Time(lease.GetProperty("expires").GetString()!));
    }

    private static async Task AssertReleasedAsync(HttpResponseMessage answer, string receipt)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{{\"leases\":[{{\"receipt\":\"{receipt}\"}}],\"expired\":[]}}", await answer.TextAsync());
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string?> Expired(JsonElement answer) =>
        answer.GetProperty("expired").EnumerateArray().Select(receipt => receipt.GetString());

    private async Task<(string Recipient, string Receipt)> LeasedAsync(int seconds = Lease)
    {
        var recipient = Target.NewRecipient();
        return (recipient, await LeaseAnotherAsync(recipient, seconds));
    }

    private async Task<string> LeaseAnotherAsync(string recipient, int seconds = 60)
    {
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await PollAsync(recipient, lease: seconds);
        return leased.Header("Comet-Receipt")!;
    }

    private Task<HttpResponseMessage> PollAsync(string recipient, int timeout = 10, int lease = Lease) =>
        target.GetAsync($"poll?rcpt={recipient}&timeout={timeout}&lease={lease}");

    private Task<HttpResponseMessage> ChangeAsync(string recipient, string query, params string[] receipts) => target.PostAsync(
        $"lease?rcpt={recipient}&{query}{string.Concat(receipts.Select(receipt => $"&receipt={receipt}"))}", new ByteArrayContent([]));

    private async Task<int> CountAsync(string recipient)
    {
        using var shown = await target.GetAsync($"mailbox?rcpt={recipient}");
        return (await shown.JsonAsync()).GetProperty("messages").GetInt32();
    }
}
