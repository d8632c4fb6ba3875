using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>The cost of an idle poll, counted where requests leave for the storage.</summary>
public sealed class IdlePollOnAzuriteTests(Azurite azurite)
{
    [Fact]
    public async Task Run_WhenIdle_MakesNoMoreRequestsThanTheBackoffAllows()
    {
        var requests = new CountingPolicy();
        using var host = CreateHost(requests, hasBell: false);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var poll = host.Services.GetRequiredService<LongPoll>();

        var request = new PollRequest(Named.NewRecipient(), TimeSpan.FromSeconds(4));
        var end = await poll.RunAsync(request, new RecordedAnswer(), CancellationToken.None).Bounded();

        // Pauses of at least 0.2, 0.4, 0.8 and 1.6 seconds (jitter takes at most a fifth) add up to 3 seconds, so there
        // are at most five looks. The next one would follow 3.2 seconds later. The last look is at the end.
        Assert.Equal(PollOutcome.TimedOut, end);
        Assert.InRange(requests.Count, 3, 6);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_WhenTheClientHasLeft_MakesNoMoreRequests()
    {
        var requests = new CountingPolicy();
        using var host = CreateHost(requests, hasBell: false);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var clientAborted = new CancellationTokenSource();
        var request = new PollRequest(Named.NewRecipient(), TimeSpan.FromSeconds(60));
        var poll = host.Services.GetRequiredService<LongPoll>().RunAsync(request, new RecordedAnswer(), clientAborted.Token);
        await Await.UntilAsync(() => requests.Count >= 1, "the first look");

        await clientAborted.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        var atTheEnd = requests.Count;

        // Longer than the pause that had begun.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Equal(atTheEnd, requests.Count);
        Assert.Equal(0, host.Services.GetRequiredService<HeldPolls>().Count);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_WithTheDoorbell_AddsOneWriteForThePoll_AndFiveRequestsASecondForTheInstance()
    {
        var requests = new CountingPolicy();
        using var host = CreateHost(requests, hasBell: true);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var poll = host.Services.GetRequiredService<LongPoll>();
        var recipient = Named.NewRecipient();

        await poll.RunAsync(new PollRequest(recipient, TimeSpan.FromSeconds(4)), new RecordedAnswer(), CancellationToken.None).Bounded();

        // Three looks; after the third pause, the write, which creates the mailbox once; another look; and the last look
        // at the end. The next one would come after 24 seconds.
        Assert.Equal(7, requests.Of(recipient.QueueName("fc")));

        // Creating the queue and listing those of others; then 4 seconds with a read every 200 ms, and one at each end.
        Assert.InRange(requests.Count - requests.Of(recipient.QueueName("fc")), 5, 24);
        var bells = host.Services.GetRequiredService<InstanceBell>();
        var bell = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient().GetQueueClient($"fc-bell-{bells.Name}");
        Assert.True(await bell.ExistsAsync(TestContext.Current.CancellationToken));

        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(await bell.ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Push_AtAnotherInstance_WakesThePollThroughItsBell()
    {
        using var one = CreateHost(new CountingPolicy(), hasBell: true);
        using var other = CreateHost(new CountingPolicy(), hasBell: true);
        await one.StartAsync(TestContext.Current.CancellationToken);
        await other.StartAsync(TestContext.Current.CancellationToken);
        var recipient = Named.NewRecipient();
        other.Services.GetRequiredService<RememberedLooks>().Remember(recipient, 20);
        _ = other.Services.GetRequiredService<LongPoll>().RunAsync(
            new PollRequest(Named.NewRecipient(), TimeSpan.FromSeconds(50)), new RecordedAnswer(), CancellationToken.None);
        await Await.UntilAsync(() => other.Services.GetRequiredService<InstanceBell>().IsReachable, "the bell");
        var answer = new RecordedAnswer();
        var poll = other.Services.GetRequiredService<LongPoll>().RunAsync(
            new PollRequest(recipient, TimeSpan.FromSeconds(50)), answer, CancellationToken.None);
        var mailbox = other.Services.GetRequiredService<MailboxFactory>().Open(recipient);
        await Await.UntilAsync(() => mailbox.CountAsync().GetAwaiter().GetResult() is not null, "the presence");

        // The next look is 24 to 30 seconds away.
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        var push = one.Services.GetRequiredService<MessagePush>();
        await push.SendAsync([recipient], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        Assert.Equal(PollOutcome.Delivered, await poll.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
        Assert.Equal("hello", Assert.Single(answer.Messages).Message.Text());
        await one.StopAsync(TestContext.Current.CancellationToken);
        await other.StopAsync(TestContext.Current.CancellationToken);
    }

    private IHost CreateHost(CountingPolicy requests, bool hasBell)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([
            KeyValuePair.Create<string, string?>("AzureWebJobsStorage", azurite.ConnectionString),
            KeyValuePair.Create<string, string?>("FuncComet:Doorbell:Enabled", hasBell ? "true" : "false"),
        ]);
        builder.Services.AddFuncCometCore(builder.Configuration);
        builder.Services.AddSingleton(StorageFor.ConnectionString(azurite.ConnectionString)
            .CreateClient(options => options.AddPolicy(requests, HttpPipelinePosition.PerRetry)));
        return builder.Build();
    }

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        private readonly ConcurrentQueue<string> _paths = [];

        public int Count => _paths.Count;

        public int Of(string queue) => _paths.Count(path => path.Contains(queue, StringComparison.Ordinal));

        public override void OnSendingRequest(HttpMessage message) => _paths.Enqueue(message.Request.Uri.Path);
    }
}
