using Azure.Core;
using Azure.Core.Pipeline;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>What an idle poll costs, counted where the requests leave for the storage.</summary>
public sealed class IdlePollOnAzuriteTests(Azurite azurite)
{
    [Fact]
    public async Task Run_WhenIdle_AsksNoMoreThanTheBackoffSays()
    {
        var requests = new CountingPolicy();
        using var host = CreateHost(requests);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var poll = host.Services.GetRequiredService<LongPoll>();

        var end = await poll.RunAsync(new PollRequest(Named.NewRecipient(), TimeSpan.FromSeconds(4)), new RecordedAnswer(), CancellationToken.None).Bounded();

        // Pauses of at least 0.2, 0.4, 0.8 and 1.6 seconds (jitter takes at most a fifth) add up to 3: a fifth look at the latest then, and the next would be 3.2 later.
        Assert.Equal(PollEnd.TimedOut, end);
        Assert.InRange(requests.Count, 2, 5);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_WhenTheClientHasLeft_AsksNothingMore()
    {
        var requests = new CountingPolicy();
        using var host = CreateHost(requests);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var clientGone = new CancellationTokenSource();
        var poll = host.Services.GetRequiredService<LongPoll>().RunAsync(new PollRequest(Named.NewRecipient(), TimeSpan.FromSeconds(60)), new RecordedAnswer(), clientGone.Token);
        await Await.UntilAsync(() => requests.Count >= 1, "the first look");

        await clientGone.CancelAsync();
        Assert.Equal(PollEnd.ClientGone, await poll.Bounded());
        var atTheEnd = requests.Count;

        // Longer than the pause that was running.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Equal(atTheEnd, requests.Count);
        Assert.Equal(0, host.Services.GetRequiredService<HeldPolls>().Count);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private IHost CreateHost(CountingPolicy requests)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("AzureWebJobsStorage", azurite.ConnectionString)]);
        builder.Services.AddFuncCometCore(builder.Configuration);
        builder.Services.AddSingleton(StorageFor.ConnectionString(azurite.ConnectionString)
            .CreateClient(options => options.AddPolicy(requests, HttpPipelinePosition.PerRetry)));
        return builder.Build();
    }

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref _count);
    }
}
