using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

public class LeaseTests(Target target)
{
    private const int Lease = 5;
    private static readonly TimeSpan AfterTheLease = TimeSpan.FromSeconds(Lease + 2);

    [Fact]
    public async Task Lease_WhenItEndsWithoutAnAcknowledgement_DeliversTheMessageAgain()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");

        using var first = await LeaseAsync(recipient);
        using var meanwhile = await LeaseAsync(recipient, timeout: 0);
        using var second = await LeaseAsync(recipient, timeout: 30);

        Assert.Equal("hello", await first.TextAsync());
        Assert.Equal("1", first.Header("Comet-Deliveries"));
        Assert.Matches("^[A-Za-z0-9_-]{1,120}$", first.Header("Comet-Receipt"));
        Assert.Equal(HttpStatusCode.NoContent, meanwhile.StatusCode);
        Assert.Equal("hello", await second.TextAsync());
        Assert.Equal("2", second.Header("Comet-Deliveries"));
        Assert.Equal(first.Header("Comet-Message-Id"), second.Header("Comet-Message-Id"));
    }

    [Fact]
    public async Task Ack_DuringTheLease_DeletesTheMessage()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await LeaseAsync(recipient);

        using var acknowledged = await AckAsync(recipient, leased.Header("Comet-Receipt")!);

        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        acknowledged.AssertNoStore();
        using var again = await AckAsync(recipient, leased.Header("Comet-Receipt")!);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        await AssertEmptyAsync(recipient, AfterTheLease);
    }

    [Fact]
    public async Task Ack_RepeatedAfterTheLease_IsRefused()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await LeaseAsync(recipient);
        using var acknowledged = await AckAsync(recipient, leased.Header("Comet-Receipt")!);
        await Task.Delay(AfterTheLease, TestContext.Current.CancellationToken);

        using var again = await AckAsync(recipient, leased.Header("Comet-Receipt")!);

        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        var problem = await again.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
        Assert.Equal([leased.Header("Comet-Receipt")], Expired(problem));
    }

    [Fact]
    public async Task Ack_AfterTheLeaseButBeforeTheNextDelivery_DeletesTheMessage()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await LeaseAsync(recipient);
        await Task.Delay(AfterTheLease, TestContext.Current.CancellationToken);

        using var acknowledged = await AckAsync(recipient, leased.Header("Comet-Receipt")!);

        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        await AssertEmptyAsync(recipient);
    }

    [Fact]
    public async Task Ack_AfterTheNextDelivery_IsRefusedAndOtherReceiptsAreApplied()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "late");
        using var older = await LeaseAsync(recipient);
        using var newer = await LeaseAsync(recipient, timeout: 30);
        using var pushedToo = await target.PushAsync(recipient, "in time");
        using var other = await LeaseAsync(recipient);

        using var acknowledged = await AckAsync(recipient, older.Header("Comet-Receipt")!, other.Header("Comet-Receipt")!);

        var problem = await acknowledged.AssertProblemAsync(HttpStatusCode.Gone, "receipt-expired");
        Assert.Equal([older.Header("Comet-Receipt")], Expired(problem));
        using var newest = await AckAsync(recipient, newer.Header("Comet-Receipt")!);
        Assert.Equal(HttpStatusCode.NoContent, newest.StatusCode);
        await AssertEmptyAsync(recipient, AfterTheLease);
    }

    [Fact]
    public async Task Ack_WithTheOldAndTheNewReceiptOfAMessage_Succeeds()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var older = await LeaseAsync(recipient);
        using var newer = await LeaseAsync(recipient, timeout: 30);

        using var acknowledged = await AckAsync(recipient, older.Header("Comet-Receipt")!, newer.Header("Comet-Receipt")!);

        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
    }

    [Fact]
    public async Task Poll_WithAnAck_AcknowledgesBeforeItWaits()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "one");
        using var pushedToo = await target.PushAsync(recipient, "two");
        using var first = await LeaseAsync(recipient);

        using var second = await LeaseAsync(recipient, more: $"&ack={first.Header("Comet-Receipt")}");
        using var third = await LeaseAsync(recipient, timeout: 0, more: $"&ack={second.Header("Comet-Receipt")}");

        Assert.Equal(["one", "two"], new[] { await first.TextAsync(), await second.TextAsync() }.Order());
        Assert.Null(second.Header("Comet-Expired"));
        Assert.Equal(HttpStatusCode.NoContent, third.StatusCode);
        await AssertEmptyAsync(recipient, AfterTheLease);
    }

    [Fact]
    public async Task Poll_WithAnExpiredAck_ReportsItAndDeliversTheNextMessage()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "late");
        using var older = await LeaseAsync(recipient);
        using var newer = await LeaseAsync(recipient, timeout: 30);

        using var counted = await LeaseAsync(recipient, timeout: 0, more: $"&ack={older.Header("Comet-Receipt")}");
        using var pushedToo = await target.PushAsync(recipient, "next");
        using var named = await LeaseAsync(recipient, more: $"&max=1&ack={older.Header("Comet-Receipt")}");

        Assert.Equal(HttpStatusCode.NoContent, counted.StatusCode);
        Assert.Equal("1", counted.Header("Comet-Expired"));
        var batch = await named.JsonAsync();
        Assert.Equal([older.Header("Comet-Receipt")], Expired(batch));
        Assert.Equal("next", batch.GetProperty("messages")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Ack_WithAnInvalidReceipt_IsRefusedAndAppliesNone()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var leased = await LeaseAsync(recipient);
        var valid = leased.Header("Comet-Receipt")!;
        var neighbour = Target.NewRecipient();
        using var pushedNextDoor = await target.PushAsync(neighbour, "theirs");
        using var leasedNextDoor = await LeaseAsync(neighbour);

        foreach (var bad in new[]
        {
            leasedNextDoor.Header("Comet-Receipt")!,
            valid[..^1],
            valid[1..],
            Convert.ToHexString(RandomNumberGenerator.GetBytes(30)),
            new string('A', 2_048),
            "%20",
            "",
        })
        {
            using var acknowledged = await AckAsync(recipient, valid, bad);
            await acknowledged.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
            using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=0&ack={valid}&ack={bad}");
            await polled.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "ack");
        }

        await Task.Delay(AfterTheLease, TestContext.Current.CancellationToken);
        using var again = await LeaseAsync(recipient);
        Assert.Equal("hello", await again.TextAsync());
        using var theirs = await LeaseAsync(neighbour);
        Assert.Equal("theirs", await theirs.TextAsync());
    }

    [Fact]
    public async Task Ack_WithoutAReceiptOrWithTooMany_IsRefused()
    {
        var recipient = Target.NewRecipient();

        using var none = await AckAsync(recipient);
        using var many = await AckAsync(recipient, [.. Enumerable.Range(0, 33).Select(number => $"r{number}")]);

        await none.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
        await many.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
    }

    [Fact]
    public async Task Poll_WithMaxAndALease_ReturnsABatchWithReceipts()
    {
        var recipient = Target.NewRecipient();
        using var text = await target.PushAsync(recipient, "grüß 🚀");
        using var json = new StringContent("{\"a\":1}", System.Text.Encoding.UTF8, "application/problem+json");
        json.Headers.Add("Idempotency-Key", "key-1");
        using var pushedJson = await target.PushAsync(recipient, json);
        using var bytes = await target.PushAsync(recipient, [0, 255], "application/octet-stream");
        using var lyingText = await target.PushAsync(recipient, [0xC3, 0x28], "text/plain");

        using var polled = await LeaseAsync(recipient, more: "&max=32");

        Assert.Equal("application/json", polled.Content.Headers.ContentType?.MediaType);
        polled.AssertNoStore();
        var messages = await polled.MessagesAsync();
        Assert.Equal(4, messages.Count);
        Assert.Equal("grüß 🚀", messages[0].GetProperty("text").GetString());
        Assert.Equal("text/plain; charset=utf-8", messages[0].GetProperty("contentType").GetString());
        Assert.Equal(1, messages[0].GetProperty("deliveries").GetInt32());
        Assert.False(messages[0].TryGetProperty("key", out _));
        Assert.Equal("{\"a\":1}", messages[1].GetProperty("text").GetString());
        Assert.Equal("key-1", messages[1].GetProperty("key").GetString());
        Assert.Equal([0, 255], messages[2].GetProperty("base64").GetBytesFromBase64());
        Assert.False(messages[2].TryGetProperty("text", out _));
        Assert.Equal([0xC3, 0x28], messages[3].GetProperty("base64").GetBytesFromBase64());
        using var acknowledged = await AckAsync(recipient, [.. messages.Select(message => message.GetProperty("receipt").GetString()!)]);
        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        using var after = await target.GetAsync($"mailbox?rcpt={recipient}");
        Assert.Contains("\"messages\":0", await after.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_WithMaxWithoutALease_ReturnsABatchWithoutReceipts()
    {
        var recipient = Target.NewRecipient();
        foreach (var number in Enumerable.Range(0, 40))
        {
            using var pushed = await target.PushAsync(recipient, $"{number}");
        }

        using var first = await target.GetAsync($"poll?rcpt={recipient}&timeout=10&max=32");
        using var second = await target.GetAsync($"poll?rcpt={recipient}&timeout=10&max=32");
        using var third = await target.GetAsync($"poll?rcpt={recipient}&timeout=0&max=32");

        List<JsonElement> messages = [.. await first.MessagesAsync(), .. await second.MessagesAsync()];
        Assert.Equal(
            Enumerable.Range(0, 40).Select(number => $"{number}"),
            messages.Select(message => message.GetProperty("text").GetString()));
        Assert.All(messages, message => Assert.False(message.TryGetProperty("receipt", out _)));
        Assert.Equal(HttpStatusCode.NoContent, third.StatusCode);
    }

    private static IEnumerable<string?> Expired(JsonElement answer) =>
        answer.GetProperty("expired").EnumerateArray().Select(receipt => receipt.GetString());

    private Task<HttpResponseMessage> LeaseAsync(string recipient, int timeout = 10, string more = "") =>
        target.GetAsync($"poll?rcpt={recipient}&timeout={timeout}&lease={Lease}{more}");

    private Task<HttpResponseMessage> AckAsync(string recipient, params string[] receipts)
    {
        var query = string.Concat(receipts.Select(receipt => $"&receipt={receipt}"));
        return target.PostAsync($"ack?rcpt={recipient}{query}", new ByteArrayContent([]));
    }

    // Nothing is delivered to a poll that does not wait, now or after the leases have ended.
    private async Task AssertEmptyAsync(string recipient, TimeSpan after = default)
    {
        await Task.Delay(after, TestContext.Current.CancellationToken);
        using var polled = await LeaseAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }
}
