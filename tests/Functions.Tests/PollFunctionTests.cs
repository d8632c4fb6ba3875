using FuncComet.Functions.Hosting;
using FuncComet.Functions.Poll;
using FuncComet.Functions.Tests.Tokens;
using FuncComet.Functions.Tokens;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests;

/// <summary>Polls that the host cancels, which a client cannot cause.</summary>
public sealed class PollFunctionTests : IDisposable
{
    private readonly FakeQueueService _storage = new(TimeProvider.System);
    private readonly CoreInstance _instance;
    private readonly TokenOptions _tokens = new() { Required = false };
    private readonly CancellationTokenSource _aborted = new();
    private readonly DefaultHttpContext _context = new();

    public PollFunctionTests()
    {
        _instance = new CoreInstance(TimeProvider.System, _storage, ("FuncComet:Doorbell:Enabled", "false"));
        _context.Request.Method = "GET";
        _context.Request.QueryString = new QueryString("?rcpt=alice&timeout=60");
        _context.RequestAborted = _aborted.Token;
        _context.RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider();
    }

    public void Dispose()
    {
        _instance.Dispose();
        _aborted.Dispose();
    }

    [Fact]
    public async Task Run_WhenTheHostCancelsTheRequest_Answers204()
    {
        using var invocation = new CancellationTokenSource();
        var poll = CreateFunction().RunAsync(_context.Request, invocation.Token);
        Assert.False(poll.IsCompleted);

        await invocation.CancelAsync();
        await poll.Bounded();

        Assert.Equal(StatusCodes.Status204NoContent, _context.Response.StatusCode);
        Assert.Equal("1", _context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Run_WhenTheInstanceStops_Answers204WithRetryAfter()
    {
        var poll = CreateFunction().RunAsync(_context.Request, CancellationToken.None);
        Assert.False(poll.IsCompleted);

        _instance.Stop();
        await poll.Bounded();

        Assert.Equal(StatusCodes.Status204NoContent, _context.Response.StatusCode);
        Assert.Equal("1", _context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Run_WhenTheTimeoutRunsOut_Answers204WithoutRetryAfter()
    {
        _context.Request.QueryString = new QueryString("?rcpt=alice&timeout=0");

        await CreateFunction().RunAsync(_context.Request, CancellationToken.None).Bounded();

        Assert.Equal(StatusCodes.Status204NoContent, _context.Response.StatusCode);
        Assert.Equal(0, _context.Response.Headers.RetryAfter.Count);
    }

    [Fact]
    public async Task Run_WhenTheHostCancelsTheRequestAfterAReceive_GivesTheMessageBack()
    {
        using var invocation = new CancellationTokenSource();
        var alice = Named.Recipient("alice");
        await _instance.Get<MessagePush>().SendAsync([alice], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero);
        _storage.Of(alice).Answered = request =>
        {
            if (request == "receive")
            {
                invocation.Cancel();
            }
        };

        await CreateFunction().RunAsync(_context.Request, invocation.Token).Bounded();

        Assert.Equal(StatusCodes.Status204NoContent, _context.Response.StatusCode);
        var again = await _storage.Mailboxes().Open(alice).ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
        Assert.Equal(1, again!.Deliveries);
    }

    [Fact]
    public async Task Run_WhenTheClientLeaves_EndsWithoutAnAnswer()
    {
        var poll = CreateFunction().RunAsync(_context.Request, CancellationToken.None);

        await _aborted.CancelAsync();
        await poll.Bounded();

        Assert.Equal(StatusCodes.Status200OK, _context.Response.StatusCode);
        Assert.False(_context.Response.HasStarted);
    }

    private PollFunction CreateFunction() => new(
        _instance.Get<LongPoll>(),
        _instance.Get<HeldPolls>(),
        new PollTimeouts(Options.Create(new PollOptions()), new HostLimit(TimeSpan.FromMinutes(5), "host.json")),
        new TokenGate(Verifier.Of(_tokens), Options.Create(_tokens)));
}
