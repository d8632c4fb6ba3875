using Azure.Storage.Queues;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class MailboxOnAzuriteTests(Azurite azurite) : MailboxContract
{
    protected override QueueServiceClient Storage { get; } = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient();

    protected override TimeProvider Clock => TimeProvider.System;

    // Tests cannot move Storage's clock. It counts leases and lives in whole seconds.
    protected override Task WaitAsync(TimeSpan time) => Task.Delay(time, Token);
}

public sealed class MailboxOnAzuriteAsAzureTests(AzuriteAsAzure storage) : AzureMailboxContract, IClassFixture<AzuriteAsAzure>
{
    protected override QueueServiceClient Storage { get; } = StorageFor.ConnectionString(storage.Tap.ConnectionString).CreateClient();

    protected override TimeProvider Clock => TimeProvider.System;

    protected override TimeSpan DeletedNameIsRefused => storage.Tap.Azure!.RefusesDeletedNamesFor;

    protected override void RetryNextSend() => storage.Tap.Azure!.LoseNextSendAnswer(Recipient.Name);

    // The relay counts by a finer clock than a delay, which may therefore end some milliseconds too soon.
    protected override Task WaitAsync(TimeSpan time) => Task.Delay(time + TimeSpan.FromMilliseconds(100), Token);
}

public sealed class MailboxOnFakeTests : MailboxContract
{
    private readonly FakeTimeProvider _time = new();

    public MailboxOnFakeTests() => Storage = new FakeQueueService(_time);

    protected override QueueServiceClient Storage { get; }

    protected override TimeProvider Clock => _time;

    protected override Task WaitAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}

public sealed class MailboxOnFakeAsAzureTests : AzureMailboxContract
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeQueueService _storage;

    public MailboxOnFakeAsAzureTests() => _storage = new FakeQueueService(_time) { AnswersAsAzure = true };

    protected override QueueServiceClient Storage => _storage;

    protected override TimeProvider Clock => _time;

    protected override TimeSpan DeletedNameIsRefused => AzureAnswers.DeletedNameIsRefused;

    protected override void RetryNextSend() => _storage.Of(Recipient).SendsTwice = true;

    protected override Task WaitAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}

/// <summary>Azurite behind a relay that answers as Azure documents.</summary>
public sealed class AzuriteAsAzure(Azurite azurite) : IAsyncLifetime
{
    private StorageTap? _tap;

    public StorageTap Tap => _tap ?? throw new InvalidOperationException("The relay has not been started.");

    public async ValueTask InitializeAsync()
    {
        _tap = await StorageTap.StartAsAzureAsync(azurite.ConnectionString);
        _tap.Azure!.RefusesDeletedNamesFor = TimeSpan.FromSeconds(3);
    }

    public ValueTask DisposeAsync() => Tap.DisposeAsync();
}
