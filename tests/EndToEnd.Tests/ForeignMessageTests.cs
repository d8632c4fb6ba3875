using System.Net;
using System.Text;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.EndToEnd.Tests;

/// <summary>Messages that other programs put on a mailbox's queue.</summary>
public class ForeignMessageTests(Target target)
{
    private const string Plain = "text/plain; charset=utf-8";
    private const string Json = "application/json";

    public static TheoryData<string, string, string> Texts => new()
    {
        { "raw text", "raw text", Plain },
        { "test", "test", Plain },
        { "1500", "1500", Plain },
        { "zoom", "zoom", Plain },
        { "grüß <dich> & \"mich\" 🚀", "grüß <dich> & \"mich\" 🚀", Plain },
        { """{"as":"it is"}""", """{"as":"it is"}""", Json },
        { Convert.ToBase64String("""{"as":"the SDKs write it: grüß"}"""u8), """{"as":"the SDKs write it: grüß"}""", Json },
        { Lines(Convert.ToBase64String("[1, 2, 3]"u8)), "[1, 2, 3]", Json },
        { Convert.ToBase64String("a text"u8), Convert.ToBase64String("a text"u8), Plain },
        { Convert.ToBase64String([0xFF, 0xFE, 0x00]), Convert.ToBase64String([0xFF, 0xFE, 0x00]), Plain },
        { "AAAA", "AAAA", Plain },
        { "FCv1 is not always ours", "FCv1 is not always ours", Plain },
        { "FCvFCvFCvFCv", "FCvFCvFCvFCv", Plain },
        { "FCv2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "FCv2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Plain },
        { new string('x', 65_535) + "!", new string('x', 65_535) + "!", Plain },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Poll_OfAForeignText_DeliversItDecodedOnlyIfItIsBase64OfJson(string text, string expected, string contentType)
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync(text, TestContext.Current.CancellationToken);

        using var polled = await target.PollAsync(recipient);

        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.Equal(contentType, polled.Content.Headers.ContentType?.ToString());
        Assert.Equal(expected, Encoding.UTF8.GetString(await polled.BytesAsync()));
        Assert.Equal("1", polled.Header("Comet-Deliveries"));
        using var after = await target.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
    }

    [Fact]
    public async Task Poll_OfAnEnvelopeInASecondBase64_DecodesIt()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        using var pushed = await target.PushAsync(recipient, [0, 255, 1], "application/x-test");
        var taken = (await mailbox.ReceiveMessageAsync(cancellationToken: TestContext.Current.CancellationToken)).Value;
        await mailbox.DeleteMessageAsync(taken.MessageId, taken.PopReceipt, TestContext.Current.CancellationToken);
        var encodedAgain = Convert.ToBase64String(Encoding.UTF8.GetBytes(taken.MessageText));
        await mailbox.SendMessageAsync(encodedAgain, TestContext.Current.CancellationToken);

        using var polled = await target.PollAsync(recipient);

        Assert.Equal([0, 255, 1], await polled.BytesAsync());
        Assert.Equal("application/x-test", polled.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Poll_WhenAnEnvelopeHasALaterVersion_DeliversTheMessageBehindIt()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        await mailbox.SendMessageAsync("FCv2AZqxwtPkf1qLbH2OnwobLAAA", TestContext.Current.CancellationToken);
        using var pushed = await target.PushAsync(recipient, "behind it");

        using var polled = await target.PollAsync(recipient, timeout: 0);

        Assert.Equal("behind it", await polled.TextAsync());
        await Await.UntilAsync(() => IsEmptyAsync(recipient), "the unreadable message to leave the mailbox");
    }

    [Fact]
    public async Task Poll_WhenEveryThirdOf200MessagesIsForeign_DeliversThemAll()
    {
        var (recipient, mailbox) = await CreateMailboxAsync();
        foreach (var number in Enumerable.Range(0, 200))
        {
            if (number % 3 == 0)
            {
                await mailbox.SendMessageAsync($"{number}", TestContext.Current.CancellationToken);
            }
            else
            {
                using var pushed = await target.PushAsync(recipient, $"{number}");
            }
        }

        // By id, by which a client recognises a message that was stored twice because Storage was slow.
        var received = new Dictionary<string, string>();
        while (true)
        {
            using var polled = await target.GetAsync($"poll?rcpt={recipient}&timeout=1&max=32");
            if (polled.StatusCode != HttpStatusCode.OK)
            {
                break;
            }

            foreach (var message in await polled.MessagesAsync())
            {
                received[message.GetProperty("id").GetString()!] = message.GetProperty("text").GetString()!;
            }
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"{number}").Order(), received.Values.Order());
    }

    private static string Lines(string base64) => string.Join("\r\n", base64.Chunk(5).Select(line => new string(line)));

    private async Task<bool> IsEmptyAsync(string recipient)
    {
        using var mailbox = await target.GetAsync($"mailbox?rcpt={recipient}");
        return (await mailbox.JsonAsync()).GetProperty("messages").GetInt32() == 0;
    }

    // A push and a poll create the queue and leave it empty.
    private async Task<(string Recipient, QueueClient Mailbox)> CreateMailboxAsync()
    {
        var recipient = Target.NewRecipient();
        using var pushed = await target.PushAsync(recipient, "first");
        using var polled = await target.PollAsync(recipient);
        return (recipient, (await target.FindMailboxAsync(recipient))!);
    }
}
