using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace FuncComet.EndToEnd.Tests;

public partial class PushAndPollTests(Target target)
{
    [Fact]
    public async Task Push_WhenAPollIsHeld_AnswersThePoll()
    {
        var recipient = Target.NewRecipient();
        var poll = target.PollAsync(recipient, timeout: 60);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(poll.IsCompleted);

        using var pushed = await target.PushAsync(recipient, "hello");
        using var polled = await poll;

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.Equal("hello", await polled.TextAsync());
    }

    [Fact]
    public async Task Push_WhenNobodyPolls_IsDeliveredToTheFirstPoll()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");

        using var polled = await target.PollAsync(recipient);

        Assert.Equal("hello", await polled.TextAsync());
    }

    [Fact]
    public async Task Push_WhenAccepted_ReturnsRecipientIdAndExpiry()
    {
        var recipient = Target.NewRecipient();
        var before = DateTimeOffset.UtcNow;

        using var pushed = await target.PushAsync(recipient, "hello");

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        Assert.Equal("application/json", pushed.Content.Headers.ContentType?.MediaType);
        pushed.AssertNoStore();
        var accepted = Assert.Single(await pushed.AcceptedAsync());
        Assert.Equal(recipient, accepted.GetProperty("rcpt").GetString());
        Assert.NotEmpty(accepted.GetProperty("id").GetString()!);
        Assert.Matches(Rfc3339Utc(), accepted.GetProperty("expires").GetString());
        Assert.Equal(before.AddDays(7), accepted.GetProperty("expires").GetDateTimeOffset(), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Push_WhenAccepted_AnswersWithALengthAndNotInChunks()
    {
        using var pushed = await target.PushAsync(Target.NewRecipient(), "hello");

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        Assert.NotEqual(true, pushed.Headers.TransferEncodingChunked);
    }

    [Fact]
    public async Task Poll_WithMax_AnswersWithALengthAndNotInChunks()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");

        using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=10&max=5");

        Assert.Equal("hello", Assert.Single(await polled.MessagesAsync()).GetProperty("text").GetString());
        Assert.NotEqual(true, polled.Headers.TransferEncodingChunked);
    }

    [Fact]
    public async Task Poll_WhenAMessageIsDelivered_DescribesItInTheHeaders()
    {
        var recipient = Target.NewRecipient();
        var content = new StringContent("hello", Encoding.UTF8, "text/x-test");
        content.Headers.Add("Idempotency-Key", "order-17");
        using var pushed = await target.PushAsync(recipient, content);

        using var polled = await target.PollAsync(recipient);

        var accepted = Assert.Single(await pushed.AcceptedAsync());
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.Equal("text/x-test; charset=utf-8", polled.Content.Headers.ContentType?.ToString());
        Assert.Equal(5, polled.Content.Headers.ContentLength);
        Assert.Equal(accepted.GetProperty("id").GetString(), polled.Header("Comet-Message-Id"));
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
        Assert.Equal("order-17", polled.Header("Idempotency-Key"));
        Assert.Matches(Rfc3339Utc(), polled.Header("Comet-Time"));
        Assert.Equal(DateTimeOffset.UtcNow, DateTimeOffset.Parse(polled.Header("Comet-Time")!, null), TimeSpan.FromMinutes(2));
        polled.AssertNoStore();
    }

    [Fact]
    public async Task Poll_WhenTheMessageHasNoKey_HasNoIdempotencyKey()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");

        using var polled = await target.PollAsync(recipient);

        Assert.Null(polled.Header("Idempotency-Key"));
        Assert.Null(polled.Header("Comet-Receipt"));
    }

    [Fact]
    public async Task Poll_AfterADelivery_FindsNothing()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "hello");
        using var first = await target.PollAsync(recipient);

        using var second = await target.PollAsync(recipient, timeout: 1);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        second.AssertNoStore();
    }

    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "empty", Array.Empty<byte>() },
        { "one zero byte", new byte[] { 0 } },
        { "all byte values", [.. Enumerable.Range(0, 256).Select(value => (byte)value)] },
        { "48,000 bytes", [.. Enumerable.Range(0, 48_000).Select(at => (byte)(at * 7 % 251))] },
        { "emoji", "🚀 grüß 👩‍👩‍👧‍👦"u8.ToArray() },
        { "no UTF-8", new byte[] { 0xFF, 0xFE, 0xC3, 0x28, 0xED, 0xA0, 0x80 } },
        { "what looks like an envelope", "FCv1AAAAAAAAAAAAAAAA"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Poll_OfAnyBody_ReturnsEveryByte(string what, byte[] body)
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, body, "application/x-test");
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.PollAsync(recipient);

        Assert.True(HttpStatusCode.OK == polled.StatusCode, what);
        Assert.Equal(body, await polled.BytesAsync());
        Assert.Equal(body.Length, polled.Content.Headers.ContentLength);
        Assert.Equal("application/x-test", polled.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Poll_OfAChunkedPush_ReturnsEveryByte()
    {
        var recipient = Target.NewRecipient();
        var body = Enumerable.Range(0, 30_000).Select(at => (byte)at).ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"push?rcpt={recipient}");
        request.Content = new StreamContent(new MemoryStream(body));
        request.Content.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;
        using var pushed = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.PollAsync(recipient);

        Assert.Equal(body, await polled.BytesAsync());
    }

    [Fact]
    public async Task Poll_WhenTheMessageHasNoContentType_IsAnOctetStream()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, [1, 2, 3], contentType: null);

        using var polled = await target.PollAsync(recipient);

        Assert.Equal("application/octet-stream", polled.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Poll_WhenContentTypeAndKeyHaveTheMaximumLength_ReturnsThem()
    {
        var recipient = Target.NewRecipient();
        var contentType = $"text/plain; a={new string('b', 200 - 14)}";
        using var content = new ByteArrayContent([1]);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        content.Headers.TryAddWithoutValidation("Idempotency-Key", new string('k', 128));
        using var pushed = await target.PushAsync(recipient, content);
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.PollAsync(recipient);

        Assert.Equal(contentType, polled.Content.Headers.NonValidated["Content-Type"].ToString());
        Assert.Equal(new string('k', 128), polled.Header("Idempotency-Key"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&max=1")]
    public async Task Poll_OfTheLargestMessage_ReturnsEveryField(string form)
    {
        var recipient = Target.NewRecipient().PadRight(256, 'x');
        var body = Enumerable.Range(0, 48_000).Select(at => (byte)(at * 7)).ToArray();
        var contentType = $"application/x; a={new string('b', 200 - 17)}";
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        content.Headers.TryAddWithoutValidation("Idempotency-Key", new string('~', 128));
        using var pushed = await target.PushAsync(recipient, content);
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=10{form}");

        if (form.Length == 0)
        {
            Assert.Equal(contentType, polled.Content.Headers.NonValidated["Content-Type"].ToString());
            Assert.Equal(new string('~', 128), polled.Header("Idempotency-Key"));
            Assert.Equal(body, await polled.BytesAsync());
        }
        else
        {
            var message = Assert.Single(await polled.MessagesAsync());
            Assert.Equal(contentType, message.GetProperty("contentType").GetString());
            Assert.Equal(new string('~', 128), message.GetProperty("key").GetString());
            Assert.Equal(body, message.GetProperty("base64").GetBytesFromBase64());
        }
    }

    [Fact]
    public async Task Push_WithATtl_IsNotDeliveredAfterIt()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, new StringContent("short-lived"), "&ttl=1");
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        using var polled = await target.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Fact]
    public async Task Poll_WhenManyMessagesAreStored_ReturnsEachOnceInOrder()
    {
        var recipient = Target.NewRecipient();
        foreach (var number in Enumerable.Range(0, 10))
        {
            using var pushed = await target.PushAsync(recipient, $"{number}");
        }

        var received = new List<string>();
        foreach (var _ in Enumerable.Range(0, 10))
        {
            using var polled = await target.PollAsync(recipient);
            received.Add(await polled.TextAsync());
        }

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], received);
    }

    [Fact]
    public async Task Poll_WhenTwentyPollsShareAMailbox_DeliversEachOf200MessagesToOneOfThem()
    {
        var recipient = Target.NewRecipient();
        var received = new System.Collections.Concurrent.ConcurrentBag<(string Text, string? Deliveries)>();
        var pollers = Enumerable.Range(0, 20).Select(_ => PollOnAsync()).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
        {
            using var pushed = await target.PushAsync(recipient, $"{number}");
            Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        });
        await Task.WhenAll(pollers).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 200).Select(number => ($"{number}", (string?)"1")).Order(), received.Order());

        // Polls until all messages have arrived, and then once more to catch a message that is delivered twice.
        async Task PollOnAsync()
        {
            var last = false;
            while (!last)
            {
                last = received.Count >= 200;
                using var polled = await target.PollAsync(recipient, timeout: 2);
                if (polled.StatusCode == HttpStatusCode.OK)
                {
                    received.Add((await polled.TextAsync(), polled.Header("Comet-Deliveries")));
                }
            }
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Rfc3339Utc();
}
