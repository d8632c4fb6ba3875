using FuncComet.Doorbells;
using FuncComet.Functions.Hosting;
using FuncComet.Functions.Poll;
using FuncComet.Functions.Tokens;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests;

/// <summary>Polls that the host cancels, which a client cannot cause.</summary>
public sealed class PollFunctionTests : IDisposable
{
    private readonly FakeQueueService _storage = new(TimeProvider.System);
    private readonly Backoff _backoff = new(Options.Create(new BackoffOptions()), Random.Shared, TimeProvider.System);
    private readonly Doorbell _doorbell;
    private readonly InstanceBell _bell;
    private readonly Ringer _ringer;
    private readonly FuncCometMetrics _metrics = Testing.Telemetry.Metrics();
    private readonly HeldPolls _held;
    private readonly TokenOptions _tokens = new() { Required = false };
    private readonly CancellationTokenSource _aborted = new();
    private readonly DefaultHttpContext _context = new();

    public PollFunctionTests()
    {
        var bells = Options.Create(new DoorbellOptions { Enabled = false });
        var queues = new BellQueues(_storage, Options.Create(new MailboxOptions()), TimeProvider.System);
        _doorbell = new Doorbell(_backoff, bells, new RunningHost(), TimeProvider.System);
        _bell = new InstanceBell(queues, _doorbell, bells, TimeProvider.System, NullLogger<InstanceBell>.Instance);
        _ringer = new Ringer(_doorbell, queues, _bell, bells, TimeProvider.System, NullLogger<Ringer>.Instance);
        _held = new HeldPolls(Options.Create(new HeldPollOptions()), _metrics);
        _context.Request.Method = "GET";
        _context.Request.QueryString = new QueryString("?rcpt=alice&timeout=60");
        _context.RequestAborted = _aborted.Token;
        _context.RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider();
    }

    public void Dispose()
    {
        _bell.Dispose();
        _doorbell.Dispose();
        _aborted.Dispose();
        _backoff.Dispose();
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
    }

    [Fact]
    public async Task Run_WhenTheHostCancelsTheRequestAfterAReceive_GivesTheMessageBack()
    {
        using var invocation = new CancellationTokenSource();
        var alice = Named.Recipient("alice");
        await new MessagePush(_storage.Mailboxes(), new MailboxDepths(Options.Create(new MailboxOptions()), TimeProvider.System), _doorbell, _ringer, Testing.Telemetry.Metrics(), Options.Create(new PushOptions()), TimeProvider.System, NullLogger<MessagePush>.Instance).SendAsync([alice], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero);
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
        new LongPoll(_storage.Mailboxes(), new Acknowledgements(_storage.Mailboxes()), _storage.DeadLetters(), _doorbell, _bell, _ringer, _held, _metrics, Options.Create(new MailboxOptions()), new RunningHost(), TimeProvider.System, NullLogger<LongPoll>.Instance),
        _held,
        new PollTimeouts(Options.Create(new PollOptions()), new HostLimit(TimeSpan.FromMinutes(5), "host.json")),
        new TokenGate(new RecipientTokens(Options.Create(_tokens), TimeProvider.System), Options.Create(_tokens)));

    private sealed class RunningHost : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}
