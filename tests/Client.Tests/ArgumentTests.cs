using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>
/// Values that break a rule of the protocol are refused by name before anything is sent. A line break in a header would otherwise begin a
/// second request, which has the function key.
/// </summary>
public sealed class ArgumentTests : IDisposable
{
    private const string Smuggled = "1\r\nContent-Length: 0\r\n\r\nDELETE /api/mailbox?rcpt=victim HTTP/1.1\r\nHost: app.example";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ScriptedApp _app = new();

    public static TheoryData<string, OutgoingMessage> BadMessages => new()
    {
        { "message.Key", new("x") { Key = Smuggled } },
        { "message.Key", new("x") { Key = "" } },
        { "message.Key", new("x") { Key = "a key" } },
        { "message.Key", new("x") { Key = "schlüssel" } },
        { "message.Key", new("x") { Key = new string('k', 129) } },
        { "message.ContentType", new("x") { ContentType = Smuggled } },
        { "message.ContentType", new("x") { ContentType = "" } },
        { "message.ContentType", new("x") { ContentType = "text/plain\n" } },
        { "message.ContentType", new("x") { ContentType = "text/grün" } },
        { "message.ContentType", new("x") { ContentType = new string('t', 201) } },
        { "message.TimeToLive", new("x") { TimeToLive = TimeSpan.Zero } },
        { "message.TimeToLive", new("x") { TimeToLive = TimeSpan.FromSeconds(1.5) } },
        { "message.TimeToLive", new("x") { TimeToLive = TimeSpan.FromSeconds(2_592_001) } },
        { "message.Delay", new("x") { Delay = TimeSpan.FromSeconds(-1) } },
        { "message.Delay", new("x") { Delay = TimeSpan.FromSeconds(0.5) } },
        { "message.Delay", new("x") { Delay = TimeSpan.FromSeconds(60), TimeToLive = TimeSpan.FromSeconds(60) } },
        { "message.Delay", new("x") { Delay = TimeSpan.FromDays(7) } },
        { "message.Attempts", new("x") { Attempts = 0 } },
    };

    public static TheoryData<string> BadRecipients =>
        ["", "alice\r\n", "alice\0", "a\u0085b", "alice\ud800", "\udc00", new string('a', 257), new string('ü', 129)];

    public static TheoryData<string, PollRequest> BadPolls => new()
    {
        { "request.Timeout", new() { Timeout = TimeSpan.FromSeconds(-1) } },
        { "request.Timeout", new() { Timeout = TimeSpan.FromSeconds(221) } },
        { "request.Lease", new() { Lease = TimeSpan.FromSeconds(4) } },
        { "request.Lease", new() { Lease = TimeSpan.FromSeconds(3601) } },
        { "request.Lease", new() { Lease = TimeSpan.FromSeconds(5.5) } },
        { "request.Max", new() { Max = 0 } },
        { "request.Max", new() { Max = 33 } },
        { "request.Acknowledges", new() { Acknowledges = [""] } },
        { "request.Acknowledges", new() { Acknowledges = ["a receipt"] } },
        { "request.Acknowledges", new() { Acknowledges = [new string('r', 121)] } },
        { "request.Acknowledges", new() { Acknowledges = [null!] } },
    };

    public static TheoryData<string> BadReceipts => ["", "a+b", "a\r\nb", new string('r', 121)];

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Theory]
    [MemberData(nameof(BadMessages), DisableDiscoveryEnumeration = true)]
    public Task PushAsync_WhenAPropertyBreaksItsRule_NamesIt(string name, OutgoingMessage message) =>
        RefusesAsync(name, client => client.PushAsync("alice", message, CancellationToken));

    [Theory]
    [MemberData(nameof(BadPolls), DisableDiscoveryEnumeration = true)]
    public Task PollAsync_WhenAPropertyBreaksItsRule_NamesIt(string name, PollRequest request) =>
        RefusesAsync(name, client => client.PollAsync("alice", request, CancellationToken));

    [Theory]
    [MemberData(nameof(BadReceipts), DisableDiscoveryEnumeration = true)]
    public Task AcknowledgeAsync_WhenAReceiptBreaksItsRule_NamesTheParameter(string receipt) =>
        RefusesAsync("receipts", client => client.AcknowledgeAsync("alice", ["r-1", receipt], CancellationToken));

    [Theory]
    [MemberData(nameof(BadReceipts), DisableDiscoveryEnumeration = true)]
    public async Task RenewAsyncAndReleaseAsync_WhenAReceiptBreaksItsRule_NameTheParameter(string receipt)
    {
        await RefusesAsync("receipts", client => client.RenewAsync("alice", [receipt], Minute, CancellationToken));
        await RefusesAsync("receipts", client => client.ReleaseAsync("alice", [receipt], Minute, CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public async Task RenewAsyncAndReleaseAsync_WhenTheNumberOfReceiptsIsOutOfRange_NameTheParameter(int count)
    {
        await RefusesAsync("receipts", client => client.RenewAsync("alice", Names(count), Minute, CancellationToken));
        await RefusesAsync("receipts", client => client.ReleaseAsync("alice", Names(count), Minute, CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(3_601)]
    [InlineData(5.5)]
    public Task RenewAsync_WhenTheLeaseIsOutOfRange_NamesTheParameter(double seconds) =>
        RefusesAsync("lease", client => client.RenewAsync("alice", ["r-1"], TimeSpan.FromSeconds(seconds), CancellationToken));

    [Theory]
    [InlineData(-1)]
    [InlineData(604_801)]
    [InlineData(0.5)]
    public async Task ReleaseAsync_WhenTheTimeIsOutOfRange_NamesTheParameter(double seconds)
    {
        var after = TimeSpan.FromSeconds(seconds);
        var message = new CometMessage { Id = "1" };
        await RefusesAsync("after", client => client.ReleaseAsync("alice", ["r-1"], after, CancellationToken));
        await RefusesAsync("after", _ => message.ReleaseAsync(after, CancellationToken));
        Assert.False(message.IsAbandoned);
    }

    [Theory]
    [MemberData(nameof(BadReceipts), DisableDiscoveryEnumeration = true)]
    public Task RecallAsync_WhenAHandleBreaksItsRule_NamesTheParameter(string handle) =>
        RefusesAsync("copies", client => client.RecallAsync(new PushedCopy("alice", "1", default) { Recall = handle }, CancellationToken));

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public Task GetPresenceAsync_WhenTheNumberOfRecipientsIsOutOfRange_NamesTheParameter(int count) =>
        RefusesAsync("recipients", client => client.GetPresenceAsync(Names(count), CancellationToken));

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public Task AcknowledgeAsync_WhenTheNumberOfReceiptsIsOutOfRange_NamesTheParameter(int count) =>
        RefusesAsync("receipts", client => client.AcknowledgeAsync("alice", Names(count), CancellationToken));

    [Theory]
    [MemberData(nameof(BadRecipients), DisableDiscoveryEnumeration = true)]
    public async Task EveryMethod_WhenTheRecipientBreaksItsRule_NamesTheParameter(string recipient)
    {
        await RefusesAsync("recipient", client => client.PushAsync(recipient, new("x"), CancellationToken));
        await RefusesAsync("recipients", client => client.PushAsync(["alice", recipient], new("x"), CancellationToken));
        await RefusesAsync("recipient", client => client.PollAsync(recipient, new PollRequest(), CancellationToken));
        await RefusesAsync("recipient", client => client.AcknowledgeAsync(recipient, ["r-1"], CancellationToken));
        await RefusesAsync("recipient", client => client.RenewAsync(recipient, ["r-1"], Minute, CancellationToken));
        await RefusesAsync("recipient", client => client.ReleaseAsync(recipient, ["r-1"], Minute, CancellationToken));
        await RefusesAsync("copies", client => client.RecallAsync(new PushedCopy(recipient, "1", default), CancellationToken));
        await RefusesAsync("recipients", client => client.GetPresenceAsync(["alice", recipient], CancellationToken));
        await RefusesAsync("recipient", client => client.GetTokenAsync(recipient, cancellationToken: CancellationToken));
        await RefusesAsync("recipient", client => client.CountMailboxAsync(recipient, CancellationToken));
        await RefusesAsync("recipient", client => client.EmptyMailboxAsync(recipient, CancellationToken));
        var refused = Assert.Throws<ArgumentException>(() => _app.Client().ReadAllAsync(recipient, CancellationToken));
        Assert.Equal("recipient", refused.ParamName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public Task PushAsync_WhenTheNumberOfRecipientsIsOutOfRange_NamesTheParameter(int count) =>
        RefusesAsync("recipients", client => client.PushAsync(Names(count), new("x"), CancellationToken));

    [Fact]
    public Task PollAsync_WithMoreReceiptsThanOneRequestTakes_NamesTheProperty() =>
        RefusesAsync(
            "request.Acknowledges",
            client => client.PollAsync("alice", new PollRequest { Acknowledges = [.. Names(33)] }, CancellationToken));

    [Theory]
    [InlineData(59)]
    [InlineData(86_401)]
    [InlineData(60.5)]
    public Task GetTokenAsync_WhenTheTimeIsOutOfRange_NamesTheParameter(double seconds) =>
        RefusesAsync("timeToLive", client => client.GetTokenAsync("alice", TimeSpan.FromSeconds(seconds), CancellationToken));

    [Fact]
    public async Task PushAsync_WithTheLongestValues_SendsThem()
    {
        var message = new OutgoingMessage("x")
        {
            Key = new string('~', 128),
            ContentType = $"text/x; a=\"{new string('!', 188)}\"",
            TimeToLive = TimeSpan.FromDays(30),
            Delay = TimeSpan.FromDays(7),
        };
        var recipients = Names(99).Append(new string('ü', 128)).ToList();
        var pushing = _app.Client().PushAsync([.. recipients, "r-1"], message, CancellationToken);

        var push = await _app.NextAsync();

        Assert.Equal(message.Key, push.Header("Idempotency-Key"));
        Assert.Equal(message.ContentType, push.Header("Content-Type"));
        Assert.EndsWith("&ttl=2592000&delay=604800", push.Line, StringComparison.Ordinal);
        push.AnswerAccepted(recipients);
        Assert.Equal(100, (await pushing.Bounded()).Count);
    }

    [Fact]
    public async Task PollAsync_WhenTheBaseAddressWasNotCanonicalized_EscapesIt()
    {
        var raw = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var client = _app.Client(options => options.BaseAddress = new Uri("https://app.example/a\r\nX-Injected: yes", raw));
        var polling = client.PollAsync("alice", new PollRequest(), CancellationToken);

        var poll = await _app.NextAsync();

        Assert.Equal("GET /a%0D%0AX-Injected:%20yes/poll?rcpt=alice&timeout=220&max=1", poll.Line);
        poll.AnswerNothing();
        Assert.Empty(await polling.Bounded());
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(1, count).Select(number => $"r-{number}");

    private async Task RefusesAsync(string name, Func<FuncCometClient, Task> call)
    {
        var client = _app.Client(options => options.FunctionKey = "k");
        var refused = await Assert.ThrowsAnyAsync<ArgumentException>(() => call(client).Bounded());

        Assert.Equal(name, refused.ParamName);
        Assert.DoesNotContain('\r', refused.Message);
        Assert.False(_app.HasRequest);
    }
}
