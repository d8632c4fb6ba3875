using Azure;
using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Operations;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Operations;

/// <summary>The behaviour of a listing on any storage.</summary>
public abstract class QueueListingContract
{
    protected string Prefix { get; } = $"l{Guid.NewGuid().ToString("N")[..8]}-";

    protected abstract QueueServiceClient Storage { get; }

    protected QueueListing Listing => new(Storage, TimeProvider.System);

    [Fact]
    public async Task List_WhenQueuesWereNotCreatedByName_ListsEachOnceByName()
    {
        await CreateAsync("d", "a", "e", "b", "c");

        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 1));
        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 2));
        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 5));
    }

    [Fact]
    public async Task List_WhenQueuesAreLeftOut_CountsThoseThatAreSelected()
    {
        await CreateAsync("a", "x1", "x2", "b", "x3", "c", "x4");

        var page = await Listing.ListAsync(Prefix, max: 2, after: null, queue => Selected(queue, "abc"));
        Assert.Equal(["a", "b"], page!.Found);

        var rest = await Listing.ListAsync(Prefix, max: 2, page.Next, queue => Selected(queue, "abc"));
        Assert.Equal(["c"], rest!.Found);
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task List_WhenNoMoreIsSelected_HasNoNext()
    {
        await CreateAsync("a", "b", "x");

        var page = await Listing.ListAsync(Prefix, max: 2, after: null, queue => Selected(queue, "ab"));

        Assert.Equal(["a", "b"], page!.Found);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task List_WhenTheQueueOfItsPositionIsDeleted_ContinuesAfterItsName()
    {
        await CreateAsync("a", "b", "c");
        var page = await Listing.ListAsync(Prefix, max: 2, after: null, Any);

        await Storage.GetQueueClient($"{Prefix}b").DeleteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["c"], (await Listing.ListAsync(Prefix, max: 2, page!.Next, Any))!.Found);
    }

    [Fact]
    public async Task List_WhenQueuesHaveMetadata_TellsIt()
    {
        var metadata = new Dictionary<string, string> { ["recipient"] = "gr%C3%BC%C3%9F" };
        await Storage.GetQueueClient($"{Prefix}a").CreateAsync(metadata, TestContext.Current.CancellationToken);

        var page = await Listing.ListAsync(Prefix, max: 1, after: null, queue => MailboxMetadata.RecipientIn(queue.Metadata));

        Assert.Equal([Named.Recipient("grüß")], page!.Found);
    }

    protected string? Any(QueueEntry queue) => queue.Name[Prefix.Length..];

    protected async Task CreateAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await Storage.GetQueueClient(Prefix + name).CreateAsync(null, TestContext.Current.CancellationToken);
        }
    }

    protected async Task<List<string>> ListAllAsync(int max)
    {
        var all = new List<string>();
        QueuePosition? after = null;
        do
        {
            var page = await Listing.ListAsync(Prefix, max, after, Any);
            Assert.InRange(page!.Found.Count, 0, max);
            all.AddRange(page.Found);
            after = page.Next;
        }
        while (after is not null);

        return all;
    }

    private string? Selected(QueueEntry queue, string names) => Any(queue) is { Length: 1 } name && names.Contains(name) ? name : null;
}

public sealed class QueueListingOnAzuriteTests(Azurite azurite) : QueueListingContract
{
    protected override QueueServiceClient Storage { get; } = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient();
}

public sealed class QueueListingOnFakeTests : QueueListingContract
{
    private readonly FakeQueueService _storage = new(new FakeTimeProvider());

    protected override QueueServiceClient Storage => _storage;

    [Fact]
    public async Task List_WhenStorageListsInPages_ListsEachOnce()
    {
        await CreateAsync("a", "b", "c", "d", "e");
        _storage.PageSize = 2;

        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 1));
        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 3));
        Assert.Equal(["a", "b", "c", "d", "e"], await ListAllAsync(max: 10));
    }

    [Fact]
    public async Task List_WhenStorageEndsThePageEarlierThanBefore_RepeatsNone()
    {
        await CreateAsync("a", "b", "c", "d", "e");
        var page = await Listing.ListAsync(Prefix, max: 3, after: null, Any);

        _storage.PageSize = 1;

        Assert.Equal(["d", "e"], (await Listing.ListAsync(Prefix, max: 3, page!.Next, Any))!.Found);
    }

    [Fact]
    public async Task List_WhenNothingIsSelected_EndsAfterTenRequestsAndContinuesThere()
    {
        await CreateAsync("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
        _storage.PageSize = 1;

        var page = await Listing.ListAsync(Prefix, max: 1, after: null, queue => Any(queue) == "l" ? "l" : null);
        Assert.Equal([], page!.Found);
        Assert.Equal(10, _storage.Listings);

        var rest = await Listing.ListAsync(Prefix, max: 1, page.Next, Any);
        Assert.Equal(["k"], rest!.Found);
    }

    [Fact]
    public async Task List_WhenTheMarkerDoesNotAdvance_Ends()
    {
        await CreateAsync("a", "b");
        _storage.PageSize = 0;

        var page = await Listing.ListAsync(Prefix, max: 1, new QueuePosition($"/account/{Prefix}a", ""), Any);

        Assert.Null(page!.Next);
    }

    [Fact]
    public async Task List_WhenStorageRefusesTheMarker_IsNull() =>
        Assert.Null(await Listing.ListAsync(Prefix, max: 1, new QueuePosition("made up", ""), Any));

    [Fact]
    public async Task List_WhenStorageDoesNotAnswer_Throws()
    {
        _storage.ListFailure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Listing.ListAsync(Prefix, max: 1, after: null, Any));
    }
}
