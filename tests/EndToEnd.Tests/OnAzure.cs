using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>
/// Tests against an instance whose storage answers as Azure documents where Azurite does not. The other classes ask for nothing that Azure
/// answers differently. Nothing is started unless one of these tests runs.
/// </summary>
[CollectionDefinition(Name)]
public sealed class OnAzure : ICollectionFixture<TargetOnAzure>
{
    /// <summary>For <see cref="CollectionAttribute"/>.</summary>
    public const string Name = nameof(OnAzure);
}

/// <summary>An instance with an Azurite behind a <see cref="StorageTap"/>, whatever app the other tests are for.</summary>
public sealed class TargetOnAzure : Target
{
    private readonly Azurite _azurite = new();
    private StorageTap? _tap;

    /// <summary>What its storage does that Azurite does not.</summary>
    public AzureAnswers Azure => _tap!.Azure!;

    public override async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _tap = await StorageTap.StartAsAzureAsync(_azurite.ConnectionString);
        await StartAsync(_tap.ConnectionString);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_tap is not null)
        {
            await _tap.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}

[Collection(OnAzure.Name)]
public sealed class LeaseOnAzureTests(TargetOnAzure target) : LeaseTests(target);

[Collection(OnAzure.Name)]
public sealed class LeaseChangeOnAzureTests(TargetOnAzure target) : LeaseChangeTests(target);

[Collection(OnAzure.Name)]
public sealed class MailboxOnAzureTests(TargetOnAzure target) : MailboxTests(target);

[Collection(OnAzure.Name)]
public sealed class PushAndPollOnAzureTests(TargetOnAzure target) : PushAndPollTests(target);

[Collection(OnAzure.Name)]
public sealed class FanOutOnAzureTests(TargetOnAzure target) : FanOutTests(target)
{
    // Each copy is three requests, since its queue is new. A hundred through one tap take nearly as long as a push may.
    protected override int Many => 30;
}

[Collection(OnAzure.Name)]
public sealed class ForeignMessageOnAzureTests(TargetOnAzure target) : ForeignMessageTests(target);

[Collection(OnAzure.Name)]
public sealed class RecallOnAzureTests(TargetOnAzure target) : RecallTests(target);

[Collection(OnAzure.Name)]
public sealed class ShownMessagesOnAzureTests(TargetOnAzure target) : ShownMessagesTests(target);

[Collection(OnAzure.Name)]
public sealed class ErasureOnAzureTests(TargetOnAzure target) : ErasureTests(target);

[Collection(OnAzure.Name)]
public sealed class DeadLetterOnAzureTests(TargetOnAzure target) : DeadLetterTests(target);
