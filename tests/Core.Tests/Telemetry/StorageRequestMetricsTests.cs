using System.Diagnostics.Metrics;
using Azure.Core;
using FuncComet.Core.Tests.Mailboxes;
using FuncComet.Mailboxes;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Core.Tests.Telemetry;

public sealed class StorageRequestMetricsTests(Azurite azurite)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    [Fact]
    public async Task EveryRequest_IsCountedByOperationAndResult()
    {
        using var host = CreateHost(azurite.ConnectionString);
        using var requests = Collect(host);
        var mailbox = host.Services.GetRequiredService<MailboxFactory>().Open(Named.NewRecipient());

        await mailbox.HasMessageAsync(Mailbox.Deadline, TestContext.Current.CancellationToken);
        await mailbox.SendAsync(Named.Message("x"), Ttl);
        await mailbox.HasMessageAsync(Mailbox.Deadline, TestContext.Current.CancellationToken);
        var message = await mailbox.ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
        await mailbox.GiveBackAsync(message!, undelivered: true, Mailbox.Deadline);
        await mailbox.DeleteAsync(message!, Mailbox.Deadline);
        message = await mailbox.ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
        await mailbox.DeleteAsync(message!, Mailbox.Deadline);
        await mailbox.CountAsync();
        await mailbox.ClearAsync();

        Assert.Equal(
            [
                ("peek", "not_found"),
                ("send", "not_found"),
                ("create", "ok"),
                ("send", "ok"),
                ("peek", "ok"),
                ("receive", "ok"),
                ("update", "ok"),
                ("delete", "refused"),
                ("receive", "ok"),
                ("delete", "ok"),
                ("get_properties", "ok"),
                ("clear", "ok"),
            ],
            Counted(requests));
    }

    [Fact]
    public async Task Request_WithoutAnAnswer_IsCountedWithItsRetry()
    {
        // Nothing listens on port 1.
        var queues = new Uri(azurite.ConnectionString.Split("QueueEndpoint=")[1].TrimEnd(';'));
        using var host = CreateHost(azurite.ConnectionString.Replace(queues.Authority, "127.0.0.1:1", StringComparison.Ordinal));
        using var requests = Collect(host);
        var mailbox = host.Services.GetRequiredService<MailboxFactory>().Open(Named.NewRecipient());

        await Assert.ThrowsAsync<StorageUnavailableException>(() => mailbox.CountAsync());

        Assert.Equal([("get_properties", "no_answer"), ("get_properties", "no_answer")], Counted(requests));
    }

    [Theory]
    [InlineData("GET", "/account/queue/messages", "?numofmessages=1&peekonly=true", "peek")]
    [InlineData("GET", "/account/queue/messages", "?numofmessages=32&visibilitytimeout=30", "receive")]
    [InlineData("GET", "/account/queue", "?comp=metadata", "get_properties")]
    [InlineData("GET", "/account", "?comp=list&prefix=fc-", "list")]
    [InlineData("POST", "/account/queue/messages", "?messagettl=60", "send")]
    [InlineData("PUT", "/account/queue", "", "create")]
    [InlineData("PUT", "/account/queue", "?comp=metadata", "set_metadata")]
    [InlineData("PUT", "/account/queue/messages/id", "?popreceipt=x&visibilitytimeout=0", "update")]
    [InlineData("DELETE", "/account/queue/messages/id", "?popreceipt=x", "delete")]
    [InlineData("DELETE", "/account/queue/messages", "", "clear")]
    [InlineData("DELETE", "/account/queue", "", "delete_queue")]
    public void OperationOf_ARequest_IsItsRestOperation(string method, string path, string query, string expected) =>
        Assert.Equal(expected, StorageRequestMetrics.OperationOf(RequestMethod.Parse(method), path, query));

    private static IHost CreateHost(string storage)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("AzureWebJobsStorage", storage)]);
        builder.Services.AddFuncCometCore(builder.Configuration);
        return builder.Build();
    }

    private static MetricCollector<long> Collect(IHost host) =>
        new(host.Services.GetRequiredService<IMeterFactory>(), FuncCometMetrics.MeterName, "funccomet.storage.requests");

    private static IEnumerable<(string Operation, string Result)> Counted(MetricCollector<long> requests) =>
        requests.GetMeasurementSnapshot().Select(measured => ((string)measured.Tags["operation"]!, (string)measured.Tags["result"]!));
}
