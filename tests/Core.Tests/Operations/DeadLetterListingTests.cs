using System.Text;
using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Operations;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Operations;

/// <summary>Listings of letters, and the calls for all recipients.</summary>
public sealed class DeadLetterListingTests : IDisposable
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly PollHarness _instance = new();

    // In the order in which the storage lists their queues.
    private readonly Recipient[] _recipients =
    [
        .. Enumerable.Range(0, 5).Select(number => Named.Recipient($"r{number}"))
            .OrderBy(recipient => recipient.DeadLetterQueueName("fc"), StringComparer.Ordinal),
    ];

    public void Dispose() => _instance.Dispose();

    private DeadLetterListing Listing => _instance.Get<DeadLetterListing>();

    private DeadLetterRedrive Redrive => _instance.Get<DeadLetterRedrive>();

    [Fact]
    public async Task Show_HasTheLettersWithTheirBodies_AndTakesNothing()
    {
        var message = Message.Create(_instance.Time, "text/plain", "key-1", "hello"u8.ToArray());
        await _instance.DieAsync(_instance.Alice, new Envelope(message).Encode());
        await _instance.DieAsync(_instance.Alice, Named.LaterEnvelope);

        var shown = await Listing.ShowAsync(_instance.Alice, max: 32).Bounded();

        Assert.Equal((2, 0), (shown.Count, shown.Older));
        var first = shown.Letters[0];
        Assert.Equal((message.Id.ToString("N"), "text/plain", "key-1"), (first.Id, first.ContentType, first.Key));
        Assert.Equal(["hello", Named.LaterEnvelope], shown.Letters.Select(letter => Encoding.UTF8.GetString(letter.Body!.Value.Span)));
        Assert.Null(shown.Letters[1].ContentType);
        Assert.Equal(2, (await Listing.ShowAsync(_instance.Alice, max: 32).Bounded()).Letters.Count);
    }

    [Fact]
    public async Task Show_OfMoreThanIsAskedFor_HasTheFirst_AndCountsAll()
    {
        foreach (var number in Enumerable.Range(0, 40))
        {
            await _instance.DieAsync(_instance.Alice, $"{number}");
        }

        var shown = await Listing.ShowAsync(_instance.Alice, max: 3).Bounded();

        Assert.Equal((3, 40), (shown.Letters.Count, shown.Count));
    }

    [Fact]
    public async Task Show_OfALetterBesideItsText_IsOneLetterWithThatBody()
    {
        var text = Named.LaterEnvelope.PadRight(65_536, 'A');
        await _instance.DieAsync(_instance.Alice, text);

        var shown = await Listing.ShowAsync(_instance.Alice, max: 32).Bounded();

        Assert.Equal(1, shown.Count);
        Assert.Equal(65_536, Assert.Single(shown.Letters).Body!.Value.Length);
    }

    [Fact]
    public async Task Show_OfATextWithoutALetter_HasItAfterTenMinutes()
    {
        var message = Named.Message("hello");
        await _instance.DeadLettersOf(_instance.Alice).SendAsync(
            new Envelope(message).Encode(), TimeSpan.FromSeconds(-1), TimeSpan.Zero, Mailbox.Deadline);
        Assert.Empty((await Listing.ShowAsync(_instance.Alice, max: 32).Bounded()).Letters);

        _instance.Time.Advance(TimeSpan.FromMinutes(11));

        var letter = Assert.Single((await Listing.ShowAsync(_instance.Alice, max: 32).Bounded()).Letters);
        Assert.Equal((message.Id.ToString("N"), "text/plain"), (letter.Id, letter.ContentType));
    }

    [Fact]
    public async Task Show_OfNobodysLetters_IsEmpty()
    {
        var shown = await Listing.ShowAsync(_instance.Alice, max: 32).Bounded();

        Assert.Equal((0, 0, 0), (shown.Letters.Count, shown.Count, shown.Older));
        Assert.Empty(_instance.Storage.There(""));
    }

    [Fact]
    public async Task List_HasOnlyRecipientsWithLetters_PartByPart()
    {
        foreach (var (recipient, at) in _recipients.Select((recipient, at) => (recipient, at)))
        {
            foreach (var number in Enumerable.Range(0, at == 2 ? 1 : at + 1))
            {
                await _instance.DieAsync(recipient, $"{number}");
            }
        }

        await Redrive.RunAsync(_recipients[1], Week).Bounded();
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        await Redrive.RunAsync(_recipients[1], Week).Bounded();
        _instance.Storage.DeadLettersOf(Named.Recipient("nobody")).IsThere = true;

        var first = (await Listing.ListAsync(max: 3, after: null).Bounded())!;
        var second = (await Listing.ListAsync(max: 3, first.Next).Bounded())!;

        Assert.Equal([(_recipients[0], 1), (_recipients[2], 1)], first.Recipients);
        Assert.Equal([(_recipients[3], 4), (_recipients[4], 5)], second.Recipients);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task CallsForAll_WithAPositionThatTheStorageRefuses_SaySo()
    {
        var refused = new QueuePosition("no marker", "");

        Assert.Null(await Listing.ListAsync(max: 3, refused).Bounded());
        Assert.Null(await Redrive.RunAllAsync(refused, Week).Bounded());
        Assert.Null(await _instance.Get<DeadLetterPurge>().RunAllAsync(refused).Bounded());
    }

    [Fact]
    public async Task RedriveOfAll_WhenItsTimeIsOver_IsContinuedAtNext()
    {
        foreach (var recipient in _recipients)
        {
            await _instance.DieAsync(recipient, "text");
        }

        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Storage.Of(_recipients[1]).Answered = request =>
        {
            if (request == "send")
            {
                _instance.Time.Advance(CallLimits.Work);
            }
        };

        var first = (await Redrive.RunAllAsync(after: null, Week).Bounded())!;
        Assert.Equal((2, 0), (first.Moved, first.Left));
        var second = (await Redrive.RunAllAsync(first.Next, Week).Bounded())!;

        Assert.Equal(new RedriveResult(3, 0), second);
        Assert.All(_recipients, recipient => Assert.Equal(["text"], _instance.Storage.Of(recipient).Texts));
    }

    [Fact]
    public async Task RedriveOfAll_WhenAMailboxIsRefused_LeavesItsLetters_AndGoesOn()
    {
        foreach (var recipient in _recipients)
        {
            await _instance.DieAsync(recipient, "text");
        }

        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Storage.Of(_recipients[1]).Failure = FakeQueueClient.Failed(409, QueueErrorCode.QueueBeingDeleted);

        Assert.Equal(new RedriveResult(4, 1), await Redrive.RunAllAsync(after: null, Week).Bounded());

        Assert.Single(_instance.Storage.DeadLettersOf(_recipients[1]).Texts);
    }

    [Fact]
    public async Task RedriveOfAll_TakesTheLettersOfEarlierVersionsToo()
    {
        await _instance.DieAsync(_recipients[0], "text", into: _instance.Storage.OlderDeadLetters);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new RedriveResult(1, 0), await Redrive.RunAllAsync(after: null, Week).Bounded());

        Assert.Equal(["text"], _instance.Storage.Of(_recipients[0]).Texts);
    }

    [Fact]
    public async Task PurgeOfAll_RemovesEverything()
    {
        foreach (var recipient in _recipients)
        {
            await _instance.DieAsync(recipient, "text");
        }

        await _instance.DieAsync(_recipients[0], "older", into: _instance.Storage.OlderDeadLetters);

        Assert.Equal(new PurgeResult(6, 0), await _instance.Get<DeadLetterPurge>().RunAllAsync(after: null).Bounded());

        Assert.All(_instance.Storage.There("fc-dead-"), queue => Assert.Empty(queue.Texts));
    }

    [Fact]
    public async Task Purge_OfManyLetters_TakesAsManyRequestsAsTheStorageWants()
    {
        using var azure = new PollHarness(_instance.Time, new FakeQueueService(_instance.Time) { AnswersAsAzure = true });
        foreach (var number in Enumerable.Range(0, 9))
        {
            await azure.DieAsync(azure.Alice, $"{number}");
        }

        Assert.Equal(new PurgeResult(9, 0), await azure.Get<DeadLetterPurge>().RunAsync(azure.Alice).Bounded());
    }
}
