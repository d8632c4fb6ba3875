using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Dead letters of one recipient. The calls for all recipients would take those of other tests.</summary>
public partial class DeadLetterTests(Target target)
{
    // Other tests' letters of earlier versions are in the same queue, for a moment.
    private static async Task<string> TextWithoutOlderAsync(HttpResponseMessage answer) =>
        Older().Replace(await answer.TextAsync(), "");

    [GeneratedRegex(",\"older\":\\d+")]
    private static partial Regex Older();

    private const string LaterEnvelope = "FCv2AZqxwtPkf1qLbH2OnwobLAAA";
    private const string EmptyJson = "e30=";

    // Does not fit into a letter: its base64 is plus signs, each of which JSON has as six characters.
    private static readonly byte[] LargeBody = [.. Enumerable.Repeat<byte[]>([0xFB, 0xEF, 0xBE], 16_000).SelectMany(bytes => bytes)];

    [Fact]
    public async Task Letter_OfOurMessage_IsShown_AndRedrivenToAPollThatWaits()
    {
        var recipient = Target.NewRecipient();
        using var content = new ByteArrayContent("hello"u8.ToArray());
        content.Headers.Add("Content-Type", "text/plain");
        content.Headers.Add("Idempotency-Key", "key-1");
        using var pushed = await target.PushAsync(recipient, content);
        var id = Assert.Single(await pushed.AcceptedAsync()).GetProperty("id").GetString();
        await DieAsync(recipient, letters: 1);

        var letter = Assert.Single(await ShowAsync(recipient, "&bodies=true"));
        Assert.Equal(id, letter.GetProperty("id").GetString());
        Assert.Equal("text/plain", letter.GetProperty("contentType").GetString());
        Assert.Equal("key-1", letter.GetProperty("key").GetString());
        Assert.Equal("hello", letter.GetProperty("text").GetString());
        Assert.Equal(5, letter.GetProperty("size").GetInt32());
        Assert.InRange(letter.GetProperty("deliveries").GetInt32(), 1, 1_000);
        Assert.False(Assert.Single(await ShowAsync(recipient)).TryGetProperty("text", out _));

        var poll = target.PollAsync(recipient, timeout: 60);
        await Await.UntilAsync(() => target.IsWaitingAsync(recipient), "the poll to be known");
        Assert.Equal((1, 0), await RedriveAsync(recipient));

        using var polled = await poll;
        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal(id, polled.Header("Comet-Message-Id"));
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
        Assert.Equal("key-1", polled.Header("Idempotency-Key"));
        Assert.Equal("text/plain", polled.Content.Headers.ContentType?.ToString());
        Assert.Empty(await ShowAsync(recipient));
    }

    [Theory]
    [InlineData("a text")]
    [InlineData(EmptyJson)]
    [InlineData(LaterEnvelope)]
    public async Task Letter_OfAnotherProgramsMessage_OrOneThatCannotBeRead_GoesBackAsItWas(string text)
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync(text, Token);
        await DieAsync(recipient, letters: 1);

        Assert.Equal((1, 0), await RedriveAsync(recipient));

        Assert.Equal([text], await PeekAsync(mailbox));
    }

    [Fact]
    public async Task Letter_ThatIsTooLargeForOneQueueMessage_IsOneLetter_AndGoesBackWhole()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, LargeBody, "application/x-large");
        await DieAsync(recipient, letters: 1);
        Assert.Equal(2, (await PeekAsync((await target.FindDeadLettersAsync(recipient))!)).Count);
        var letter = Assert.Single(await ShowAsync(recipient, "&bodies=true"));
        Assert.Equal(LargeBody, letter.GetProperty("base64").GetBytesFromBase64());

        Assert.Equal((1, 0), await RedriveAsync(recipient));

        using var polled = await target.PollAsync(recipient);
        Assert.Equal(LargeBody, await polled.BytesAsync());
        Assert.Equal(letter.GetProperty("id").GetString(), polled.Header("Comet-Message-Id"));
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
        Assert.Empty(await PeekAsync((await target.FindDeadLettersAsync(recipient))!));
    }

    [Fact]
    public async Task Letters_OfEarlierVersions_AreMovedAndRedriven()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync("1", Token);
        using var pushed = await target.PushAsync(recipient, LargeBody, "application/x-large");
        await DieAsync(recipient, letters: 2);
        await MakeOlderAsync(recipient);

        // The calls of other tests move letters too. They may hold some of these at the moment, and a letter whose move is repeated is
        // there twice, with the same id.
        await Await.UntilAsync(
            async () => (await ShowAsync(recipient)).Select(letter => letter.GetProperty("id").GetString()).Distinct().Count() == 2,
            "both letters to be moved");
        var (moved, left) = await RedriveAsync(recipient);
        Assert.True(moved >= 2, $"{moved} moved");
        Assert.Equal(0, left);

        using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=0&max=32");
        var messages = await polled.MessagesAsync();
        Assert.Contains(messages, message => message.TryGetProperty("text", out var text) && text.GetString() == "1");
        Assert.Contains(
            messages, message => message.TryGetProperty("base64", out var body) && body.GetBytesFromBase64().SequenceEqual(LargeBody));
    }

    [Fact]
    public async Task Letter_ThatNamesAnotherRecipient_IsNotTouched()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync(LaterEnvelope, Token);
        await DieAsync(recipient, letters: 1);
        var letters = (await target.FindDeadLettersAsync(recipient))!;
        var text = Assert.Single(await PeekAsync(letters)).Replace(recipient, Target.NewRecipient(), StringComparison.Ordinal);
        await letters.SendMessageAsync(text, timeToLive: TimeSpan.FromHours(1), cancellationToken: Token);

        Assert.Equal((1, 1), await RedriveAsync(recipient));

        Assert.Equal([text], await PeekAsync(letters));
    }

    [Fact]
    public async Task Redrive_WithATtl_GivesTheMessagesThatLife()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync("a text", Token);
        await DieAsync(recipient, letters: 1);

        using var redriven = await target.PostAsync($"deadletters/redrive?rcpt={recipient}&ttl=600", new ByteArrayContent([]));

        Assert.Equal(HttpStatusCode.OK, redriven.StatusCode);
        var message = Assert.Single((await mailbox.PeekMessagesAsync(32, Token)).Value);
        Assert.Equal(TimeSpan.FromSeconds(600), message.ExpiresOn - message.InsertedOn);
    }

    [Fact]
    public async Task TwoRedrives_AtTheSameTime_MoveEveryLetterOnce()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => mailbox.SendMessageAsync(LaterEnvelope, Token)));
        await DieAsync(recipient, letters: 40);

        // Where Storage is slow, a call leaves what it could not move safely to the next.
        var moved = 0;
        await Await.UntilAsync(
            async () =>
            {
                var both = await Task.WhenAll(RedriveAsync(recipient), RedriveAsync(recipient));
                moved += both.Sum(each => each.Moved);
                return both.All(each => each.Left == 0);
            },
            "the last letter to be moved");

        Assert.Equal(40, moved);
        Assert.Equal(40, (await mailbox.GetPropertiesAsync(Token)).Value.ApproximateMessagesCount);
        Assert.Equal((0, 0), await RedriveAsync(recipient));
    }

    [Fact]
    public async Task Delete_RemovesTheLetters()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync(LaterEnvelope, Token);
        await mailbox.SendMessageAsync(LaterEnvelope, Token);
        await DieAsync(recipient, letters: 2);

        using var deleted = await target.Http.DeleteAsync($"deadletters?rcpt={recipient}", Token);

        Assert.Equal("""{"removed":2,"left":0}""", await TextWithoutOlderAsync(deleted));
        deleted.AssertNoStore();
        Assert.Empty(await ShowAsync(recipient));
    }

    [Fact]
    public async Task Calls_ForSomebodyWithoutLetters_FindNone()
    {
        var recipient = Target.NewRecipient();

        using var shown = await target.GetAsync($"deadletters?rcpt={recipient}");
        Assert.Equal($$"""{"rcpt":"{{recipient}}","letters":[],"count":0}""", await TextWithoutOlderAsync(shown));
        Assert.Equal((0, 0), await RedriveAsync(recipient));
        using var deleted = await target.Http.DeleteAsync($"deadletters?rcpt={recipient}", Token);
        Assert.Equal("""{"removed":0,"left":0}""", await TextWithoutOlderAsync(deleted));
        Assert.Null(await target.FindDeadLettersAsync(recipient));
    }

    [Fact]
    public async Task List_NamesARecipientWithLetters_UntilTheyAreGone()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync(LaterEnvelope, Token);
        await DieAsync(recipient, letters: 1);

        Assert.Contains((recipient, 1), await ListAllAsync());
        using var deleted = await target.Http.DeleteAsync($"deadletters?rcpt={recipient}", Token);
        Assert.DoesNotContain((recipient, 1), await ListAllAsync());
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("GET", "deadletters?rcpt=a&rcpt=b", "bad-recipient", "rcpt", "one recipient")]
    [InlineData("GET", "deadletters?rcpt=", "bad-recipient", "rcpt", "1 to 256 bytes")]
    [InlineData("GET", "deadletters?rcpt=a&max=33", "bad-parameter", "max", "1 to 32")]
    [InlineData("GET", "deadletters?rcpt=a&bodies=1", "bad-parameter", "bodies", "true or false")]
    [InlineData("GET", "deadletters?max=1001", "bad-parameter", "max", "1 to 1000")]
    [InlineData("GET", "deadletters?max=0", "bad-parameter", "max", "1 to 1000")]
    [InlineData("GET", "deadletters?after=x", "bad-parameter", "after", "next of an earlier answer")]
    [InlineData("DELETE", "deadletters", "bad-recipient", "rcpt", "all=true")]
    [InlineData("DELETE", "deadletters?all=false", "bad-recipient", "rcpt", "all=true")]
    [InlineData("DELETE", "deadletters?all=1", "bad-parameter", "all", "true or false")]
    [InlineData("DELETE", "deadletters?rcpt=a&all=true", "bad-parameter", "all", "if rcpt is given")]
    [InlineData("POST", "deadletters/redrive", "bad-recipient", "rcpt", "all=true")]
    [InlineData("POST", "deadletters/redrive?rcpt=a&all=true", "bad-parameter", "all", "if rcpt is given")]
    [InlineData("POST", "deadletters/redrive?all=true&after=!", "bad-parameter", "after", "next of an earlier answer")]
    [InlineData("POST", "deadletters/redrive?rcpt=a&ttl=0", "bad-parameter", "ttl", "1 to 2592000")]
    public async Task Call_WithABadParameter_IsRefusedWithItsRange(
        string method, string path, string code, string parameter, string range)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await target.Http.SendAsync(request, Token);

        var problem = await answer.AssertProblemAsync(HttpStatusCode.BadRequest, code, parameter);
        Assert.Contains(range, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // A push and a poll create the queue and leave it empty.
    private async Task<(string Recipient, QueueClient Mailbox)> CreateMailboxAsync()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "first");
        using var polled = await target.PollAsync(recipient);
        return (recipient, (await target.FindMailboxAsync(recipient))!);
    }

    /// <summary>Takes everything in the mailbox and releases it, until all of it is a dead letter.</summary>
    private async Task DieAsync(string recipient, int letters)
    {
        while (true)
        {
            using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=0&lease=60&max=32");
            if (polled.StatusCode == HttpStatusCode.NoContent)
            {
                break;
            }

            var receipts = (await polled.MessagesAsync()).Select(message => $"&receipt={message.GetProperty("receipt").GetString()}");
            using var released = await target.PostAsync(
                $"lease?rcpt={recipient}&seconds=0{string.Concat(receipts)}", new ByteArrayContent([]));
            Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        }

        // They are moved while the poll is answered.
        await Await.UntilAsync(
            async () =>
            {
                using var mailbox = await target.GetAsync($"mailbox?rcpt={recipient}");
                return (await mailbox.JsonAsync()).GetProperty("messages").GetInt32() == 0;
            },
            "the messages to leave the mailbox");
        using var shown = await target.GetAsync($"deadletters?rcpt={recipient}");
        Assert.Equal(letters, (await shown.JsonAsync()).GetProperty("count").GetInt32());
    }

    /// <summary>Moves the recipient's letters into the queue of earlier versions, in the form that those wrote.</summary>
    private async Task MakeOlderAsync(string recipient)
    {
        var letters = (await target.FindDeadLettersAsync(recipient))!;
        var older = target.Queue($"{letters.Name.Split('-')[0]}-dead-letters");
        await older.CreateIfNotExistsAsync(cancellationToken: Token);
        var peeked = (await letters.PeekMessagesAsync(32, Token)).Value;

        // Cleared first: the calls of other tests may move a letter back as soon as it is in the older queue.
        await letters.ClearMessagesAsync(Token);
        var ids = new Dictionary<string, string>();
        foreach (var message in peeked.OrderBy(message => message.MessageText.StartsWith('{')))
        {
            var text = ids.Aggregate(
                message.MessageText, (current, id) => current.Replace(id.Key, id.Value, StringComparison.Ordinal));
            var sent = await older.SendMessageAsync(text, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Token);
            ids[message.MessageId] = sent.Value.MessageId;
        }
    }

    private static async Task<List<string>> PeekAsync(QueueClient queue) =>
        [.. (await queue.PeekMessagesAsync(32, Token)).Value.Select(message => message.MessageText)];

    private async Task<List<JsonElement>> ShowAsync(string recipient, string more = "")
    {
        using var shown = await target.GetAsync($"deadletters?rcpt={recipient}{more}");
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        shown.AssertNoStore();
        var json = await shown.JsonAsync();
        Assert.Equal(recipient, json.GetProperty("rcpt").GetString());
        return [.. json.GetProperty("letters").EnumerateArray()];
    }

    private async Task<(int Moved, int Left)> RedriveAsync(string recipient)
    {
        using var redriven = await target.PostAsync($"deadletters/redrive?rcpt={recipient}", new ByteArrayContent([]));
        var json = await redriven.JsonAsync();
        Assert.Equal(HttpStatusCode.OK, redriven.StatusCode);
        return (json.GetProperty("moved").GetInt32(), json.GetProperty("left").GetInt32());
    }

    private async Task<List<(string Recipient, int Letters)>> ListAllAsync()
    {
        var found = new List<(string, int)>();
        for (var after = "?max=2"; after is not null;)
        {
            using var listed = await target.GetAsync($"deadletters{after}");
            var json = await listed.JsonAsync();
            found.AddRange(
                from each in json.GetProperty("recipients").EnumerateArray()
                select (each.GetProperty("rcpt").GetString()!, each.GetProperty("letters").GetInt32()));
            after = json.TryGetProperty("next", out var next) ? $"?max=2&after={next.GetString()}" : null;
        }

        return found;
    }
}
