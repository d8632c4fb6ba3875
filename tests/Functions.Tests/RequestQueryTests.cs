using FuncComet.Functions.Requests;
using FuncComet.Mailboxes;
using FuncComet.Testing;

namespace FuncComet.Functions.Tests;

public sealed class RequestQueryTests
{
    [Theory]
    [InlineData("?rcpt=alice", "alice")]
    [InlineData("?rcpt=a%2Fb%3Fc%3Dd%26e", "a/b?c=d&e")]
    [InlineData("?rcpt=a%2Bb@x.org", "a+b@x.org")]
    [InlineData("?rcpt=a+b", "a b")]
    [InlineData("?rcpt=alice%20", "alice ")]
    [InlineData("?rcpt=%C3%9Cn%C3%AFcode%20%F0%9F%9A%80", "Ünïcode 🚀")]
    [InlineData("?rcpt=a=b", "a=b")]
    [InlineData("?rcpt=alice&rcpt=alice", "alice")]
    [InlineData("?rcpt=alice&rcpt=%61lice", "alice")]
    [InlineData("?unknown=1&&rcpt=alice&", "alice")]
    public void TryGetRecipient_WhenItIsWellFormed_DecodesIt(string raw, string expected)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));

        Assert.True(query.TryGetRecipient(out var recipient, out _));
        Assert.Equal(expected, recipient.Name);
    }

    [Theory]
    [InlineData("?rcpt=%FF")]
    [InlineData("?rcpt=%C3%28")]
    [InlineData("?rcpt=%ED%A0%80")]
    [InlineData("?rcpt=%C0%80")]
    [InlineData("?rcpt=%F4%90%80%80")]
    [InlineData("?rcpt=%")]
    [InlineData("?rcpt=a%2")]
    [InlineData("?rcpt=%GG")]
    [InlineData("?rcpt=%+1")]
    [InlineData("?rcpt=% 1")]
    [InlineData("?rcpt=é")]
    [InlineData("?rcpt=alice&other=%FF")]
    [InlineData("?%FF=1&rcpt=alice")]
    public void TryParse_WhenAnEscapeIsMalformed_Refuses(string raw)
    {
        Assert.False(RequestQuery.TryParse(raw, out _, out var problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?rcpt")]
    [InlineData("?rcpt=")]
    [InlineData("?Rcpt=alice")]
    [InlineData("?rcpt=alice&rcpt=bob")]
    [InlineData("?rcpt=alice&rcpt=")]
    [InlineData("?rcpt=a%00")]
    [InlineData("?rcpt=a%0Ab")]
    [InlineData("?rcpt=%C2%85")]
    public void TryGetRecipient_WhenItIsMissingAmbiguousOrMalformed_Refuses(string? raw)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));
        Assert.False(query.TryGetRecipient(out _, out var problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("?rcpt=a&rcpt=b&rcpt=a&rcpt=%61", new[] { "a", "b" })]
    [InlineData("?rcpt=a&rcpt=b&rcpt=c", new[] { "a", "b", "c" })]
    public void TryGetRecipients_WhenANameIsRepeated_ReturnsItOnce(string raw, string[] expected)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));

        Assert.True(query.TryGetRecipients(max: 3, out var recipients, out _));
        Assert.Equal(expected, recipients.Select(recipient => recipient.Name));
    }

    [Theory]
    [InlineData("?")]
    [InlineData("?rcpt=a&rcpt=")]
    [InlineData("?rcpt=a&rcpt=b&rcpt=c&rcpt=d")]
    public void TryGetRecipients_WhenOneIsInvalidOrTheyAreTooMany_Refuses(string raw)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));
        Assert.False(query.TryGetRecipients(max: 3, out _, out var problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("?presence=true", true)]
    [InlineData("?presence=true&presence=true", true)]
    [InlineData("?presence=false", false)]
    [InlineData("?", false)]
    public void TryGetFlag_OfTrueOrFalse_ReturnsIt(string raw, bool expected)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));

        Assert.True(query.TryGetFlag("presence", out var flag, out _));
        Assert.Equal(expected, flag);
    }

    [Theory]
    [InlineData("?presence")]
    [InlineData("?presence=")]
    [InlineData("?presence=1")]
    [InlineData("?presence=True")]
    [InlineData("?presence=true&presence=false")]
    public void TryGetFlag_OfAnythingElse_Refuses(string raw)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));
        Assert.False(query.TryGetFlag("presence", out _, out var problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("?ttl=1", 1)]
    [InlineData("?ttl=0010", 10)]
    [InlineData("?ttl=10&ttl=10", 10)]
    [InlineData("?", null)]
    public void TryGetSeconds_WithinTheRange_ReturnsThem(string raw, int? expected)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));

        Assert.True(query.TryGetSeconds("ttl", 1, 10, out var time, out _));
        Assert.Equal(expected, (int?)time?.TotalSeconds);
    }

    [Theory]
    [InlineData("?ttl=0")]
    [InlineData("?ttl=11")]
    [InlineData("?ttl=-1")]
    [InlineData("?ttl=1.5")]
    [InlineData("?ttl=%201")]
    [InlineData("?ttl=abc")]
    [InlineData("?ttl=")]
    [InlineData("?ttl=99999999999999999999")]
    [InlineData("?ttl=1&ttl=2")]
    [InlineData("?ttl=%D9%A1")]
    [InlineData("?ttl=5%00")]
    public void TryGetSeconds_OutsideTheRangeOrMalformed_Refuses(string raw)
    {
        Assert.True(RequestQuery.TryParse(raw, out var query, out _));
        Assert.False(query.TryGetSeconds("ttl", 1, 10, out _, out var problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public async Task TryGetReceipts_OfMoreThanThirtyTwo_Refuses(int count, bool expected)
    {
        var alice = Named.Recipient("alice");
        var storage = new FakeQueueService(TimeProvider.System);
        storage.Of(alice).IsThere = true;
        var receipts = new List<string>();
        while (receipts.Count < count)
        {
            await storage.Of(alice).SendMessageAsync(
                "x", timeToLive: TimeSpan.FromHours(1), cancellationToken: TestContext.Current.CancellationToken);
            var received = await storage.Mailboxes().Open(alice).ReceiveAsync(TimeSpan.FromMinutes(1), Mailbox.Deadline);
            receipts.Add(received!.Receipt.Text);
        }

        Assert.True(RequestQuery.TryParse($"?{string.Join('&', receipts.Select(receipt => $"ack={receipt}"))}", out var query, out _));

        Assert.Equal(expected, query.TryGetReceipts("ack", alice, out var parsed, out _));
        Assert.Equal(Math.Min(count, 32), parsed.Count);
    }
}
