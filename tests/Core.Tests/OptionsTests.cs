using FuncComet.Waiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests;

public sealed class OptionsTests
{
    private const string QueueRule =
        "FuncComet__Offline__Queue must be 3 to 63 of a-z, 0-9 and single hyphens, beginning and ending with a letter or digit.";

    [Theory]
    [InlineData(
        "FuncComet:Mailbox:QueuePrefix",
        "Upper",
        "FuncComet__Mailbox__QueuePrefix must be 1 to 10 of a-z and 0-9, beginning with a letter.")]
    [InlineData(
        "FuncComet:Mailbox:QueuePrefix",
        "elevenchars",
        "FuncComet__Mailbox__QueuePrefix must be 1 to 10 of a-z and 0-9, beginning with a letter.")]
    [InlineData("FuncComet:Mailbox:PlainLease", "00:00:04", "FuncComet__Mailbox__PlainLease must be from 00:00:05 to 01:00:00.")]
    [InlineData("FuncComet:Mailbox:PlainLease", "30", "FuncComet__Mailbox__PlainLease must be from 00:00:05 to 01:00:00.")]
    [InlineData("FuncComet:Mailbox:MaxDepth", "0", "FuncComet__Mailbox__MaxDepth must be from 1 to 1000000.")]
    [InlineData("FuncComet:Mailbox:PlainLease", "00:00:05.5", "FuncComet__Mailbox__PlainLease (00:00:05.5000000) must be whole seconds.")]
    [InlineData("FuncComet:Backoff:Initial", "00:00:00", "FuncComet__Backoff__Initial must be from 00:00:00.050 to 00:01:00.")]
    [InlineData("FuncComet:Backoff:Maximum", "00:10:00", "FuncComet__Backoff__Maximum must be from 00:00:00.050 to 00:05:00.")]
    [InlineData(
        "FuncComet:Backoff:Initial",
        "00:00:31",
        "FuncComet__Backoff__Maximum (00:00:30) must not be below FuncComet__Backoff__Initial (00:00:31).")]
    [InlineData("FuncComet:Mailbox:ForeignEncoding", "7", "FuncComet__Mailbox__ForeignEncoding must be None, Base64 or Auto.")]
    [InlineData("FuncComet:Push:Handover", "7", "FuncComet__Push__Handover must be Stored or Direct.")]
    [InlineData("FuncComet:Doorbell:Interval", "00:00:00.049", "FuncComet__Doorbell__Interval must be from 00:00:00.050 to 00:00:05.")]
    [InlineData("FuncComet:Backoff:Jitter", "0.6", "FuncComet__Backoff__Jitter must be from 0 to 0.5.")]
    [InlineData("FuncComet:Limits:MaxHeldPolls", "0", "FuncComet__Limits__MaxHeldPolls must be from 1 to 100000.")]
    [InlineData(
        "FuncComet:Limits:MaxHeldPollsPerRecipient",
        "100001",
        "FuncComet__Limits__MaxHeldPollsPerRecipient must be from 1 to 100000.")]
    [InlineData("FuncComet:Log:MessagesShare", "0", "FuncComet__Log__MessagesShare must be more than 0, up to 1.")]
    [InlineData("FuncComet:Log:MessagesShare", "1.1", "FuncComet__Log__MessagesShare must be more than 0, up to 1.")]
    [InlineData("FuncComet:Offline:After", "00:00:00", "FuncComet__Offline__After must be from 00:00:01 to 7.00:00:00.")]
    [InlineData("FuncComet:Offline:After", "7.00:00:01", "FuncComet__Offline__After must be from 00:00:01 to 7.00:00:00.")]
    [InlineData("FuncComet:Offline:After", "00:00:01.5", "FuncComet__Offline__After (00:00:01.5000000) must be whole seconds.")]
    [InlineData("FuncComet:Offline:Encoding", "7", "FuncComet__Offline__Encoding must be Base64 or None.")]
    [InlineData("FuncComet:Offline:Queue", "up", QueueRule)]
    [InlineData("FuncComet:Offline:Queue", "wake--up", QueueRule)]
    [InlineData("FuncComet:Offline:Queue", "wake-up-", QueueRule)]
    [InlineData("FuncComet:Offline:Queue", "-wake-up", QueueRule)]
    [InlineData("FuncComet:Offline:Queue", "Wake-up", QueueRule)]
    [InlineData("FuncComet:Offline:Queue", "sixty-four-characters-are-one-more-than-storage-takes-for-a-name", QueueRule)]
    [InlineData(
        "FuncComet:Offline:Queue",
        "fc-wake-up",
        "FuncComet__Offline__Queue (fc-wake-up) must not begin with fc-, as FuncComet's own queues do (FuncComet__Mailbox__QueuePrefix).")]
    [InlineData(
        "AzureWebJobsStorage",
        "",
        "No storage account is configured: set AzureWebJobsStorage (or FuncComet__Storage) to a connection string, "
        + "or AzureWebJobsStorage__queueServiceUri for an identity.")]
    [InlineData(
        "AzureWebJobsStorage",
        "AccountKey=c2VjcmV0",
        "AzureWebJobsStorage is neither a storage connection string nor, with __queueServiceUri, "
        + "the https address of a queue service.")]
    [InlineData(
        "FuncComet:Storage",
        "nonsense",
        "FuncComet__Storage is neither a storage connection string nor, with __queueServiceUri, "
        + "the https address of a queue service.")]
    [InlineData(
        "FuncComet:Storage:queueServiceUri",
        "nonsense",
        "FuncComet__Storage is neither a storage connection string nor, with __queueServiceUri, "
        + "the https address of a queue service.")]
    public async Task Start_WithABadSetting_FailsAndNamesIt(string name, string value, string expected)
    {
        using var host = Build(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), (name, value));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal([expected], exception.Failures);
    }

    [Fact]
    public async Task Start_WithAnUnknownCredential_FailsAndNamesIt()
    {
        using var host = Build(
            ("AzureWebJobsStorage:queueServiceUri", "https://a.queue.core.windows.net"),
            ("AzureWebJobsStorage:credential", "password"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["AzureWebJobsStorage__credential must be managedidentity or left out."], exception.Failures);
    }

    [Theory]
    [InlineData(null, null, 30)]
    [InlineData("false", null, 5)]
    [InlineData("false", "00:01:00", 60)]
    [InlineData("true", "00:00:10", 10)]
    public void Maximum_WithoutTheDoorbell_IsShorterUnlessItIsSet(string? enabled, string? maximum, int seconds)
    {
        (string, string)[] settings = [
            ("AzureWebJobsStorage", "UseDevelopmentStorage=true"),
            .. enabled is null ? Array.Empty<(string, string)>() : [("FuncComet:Doorbell:Enabled", enabled)],
            .. maximum is null ? Array.Empty<(string, string)>() : [("FuncComet:Backoff:Maximum", maximum)],
        ];
        using var host = Build(settings);

        Assert.Equal(TimeSpan.FromSeconds(seconds), host.Services.GetRequiredService<IOptions<BackoffOptions>>().Value.Maximum);
    }

    [Fact]
    public async Task Start_WithOnlyTheStorageSet_Succeeds()
    {
        using var host = Build(("AzureWebJobsStorage", "UseDevelopmentStorage=true"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wake-up")]
    [InlineData("fcwakeup")]
    [InlineData("0-1")]
    [InlineData("sixty-three-characters-are-as-many-as-storage-takes-for-a-queue")]
    public async Task Start_WithAQueueForNotes_Succeeds(string queue)
    {
        using var host = Build(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("FuncComet:Offline:Queue", queue));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Storage_IsTheAppsOwn_UnlessAnotherIsSet()
    {
        var own = StorageFor.ConnectionString("UseDevelopmentStorage=true");
        Assert.Equal("http://127.0.0.1:10001/devstoreaccount1", own.CreateClient().Uri.ToString());

        var named = StorageFor.Settings(
            ("AzureWebJobsStorage", "UseDevelopmentStorage=true"),
            ("FuncComet:Storage", "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net"));

        Assert.Equal("https://other.queue.core.windows.net/", named.CreateClient().Uri.ToString());
        Assert.Equal("FuncComet__Storage", named.SettingName);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("FuncComet:Storage")]
    public void Storage_ByIdentity_HasTheAddressOfItsSetting(string section)
    {
        var storage = StorageFor.Settings(
            ($"{section}:queueServiceUri", "https://account.queue.core.windows.net"),
            ($"{section}:credential", "managedidentity"),
            ($"{section}:clientId", "00000000-0000-0000-0000-000000000001"));

        Assert.Equal("https://account.queue.core.windows.net/", storage.CreateClient().Uri.ToString());
        Assert.Equal("00000000-0000-0000-0000-000000000001", storage.ClientId);
    }

    private static IHost Build(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (name, value) in settings)
        {
            builder.Configuration[name] = value;
        }

        builder.Services.AddFuncCometCore(builder.Configuration);
        return builder.Build();
    }
}
