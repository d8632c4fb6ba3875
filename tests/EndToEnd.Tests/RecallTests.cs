using System.Net;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

public class RecallTests(Target target)
{
    [Theory]
    [InlineData("")]
    [InlineData("&delay=3600")]
    public async Task Recall_OfAMessageThatNobodyReceived_RemovesIt(string more)
    {
        var recipient = Target.NewRecipient();
        var handle = HandleOf(await PushAsync(recipient, "reminder", more));

        using var recalled = await RecallAsync(recipient, handle);

        Assert.Matches("^[A-Za-z0-9_-]{1,120}$", handle);
        Assert.Equal(HttpStatusCode.NoContent, recalled.StatusCode);
        recalled.AssertNoStore();
        using var mailbox = await target.GetAsync($"mailbox?rcpt={recipient}");
        Assert.Equal(0, (await mailbox.JsonAsync()).GetProperty("messages").GetInt32());
    }

    [Fact]
    public async Task Recall_OfADeliveredMessage_IsRefused_AndTheOthersAreRemoved()
    {
        var recipient = Target.NewRecipient();
        var delivered = HandleOf(await PushAsync(recipient, "delivered"));
        using var polled = await target.GetAsync($"poll?rcpt={recipient}&lease=60");
        var waiting = HandleOf(await PushAsync(recipient, "waiting", "&delay=60"));

        using var recalled = await RecallAsync(recipient, delivered, waiting);

        var problem = await recalled.AssertProblemAsync(HttpStatusCode.Conflict, "already-delivered");
        Assert.Equal([delivered], problem.GetProperty("delivered").EnumerateArray().Select(handle => handle.GetString()));
        using var again = await RecallAsync(recipient, waiting);
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "already-delivered");
        using var acknowledged = await target.PostAsync(
            $"ack?rcpt={recipient}&receipt={polled.Header("Comet-Receipt")}", new StringContent(""));
        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
    }

    [Fact]
    public async Task Push_ToAWaitingPoll_SaysThatItWasHanded_OrHasAHandleThatIsTooLate()
    {
        // Whether the push is handed over depends on whether it reaches the poll's instance, and on when the poll has looked.
        var recipient = Target.NewRecipient();
        using var creates = await target.PushAsync(recipient, "creates the mailbox");
        using var first = await target.PollAsync(recipient);
        var poll = target.PollAsync(recipient, timeout: 30);

        var copy = await PushAsync(recipient, "hello");

        using var polled = await poll;
        Assert.Equal("hello", await polled.TextAsync());
        if (copy.TryGetProperty("recall", out _))
        {
            Assert.False(copy.TryGetProperty("handed", out _));
            using var recalled = await RecallAsync(recipient, HandleOf(copy));
            await recalled.AssertProblemAsync(HttpStatusCode.Conflict, "already-delivered");
        }
        else
        {
            Assert.True(copy.GetProperty("handed").GetBoolean());
        }
    }

    [Fact]
    public async Task Recall_WithAnyHandleThatIsNotTheRecipients_IsRefused_AndRemovesNothing()
    {
        var (recipient, neighbour) = (Target.NewRecipient(), Target.NewRecipient());
        var handle = HandleOf(await PushAsync(recipient, "kept"));
        var neighbours = HandleOf(await PushAsync(neighbour, "kept too"));

        using var refused = await RecallAsync(recipient, handle, neighbours);
        using var malformed = await RecallAsync(recipient, handle, "malformed");

        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "recall");
        await malformed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "recall");
        using var polled = await target.PollAsync(recipient);
        Assert.Equal("kept", await polled.TextAsync());
    }

    [Fact]
    public async Task Handle_IsNoReceipt_AndAReceiptIsNoHandle()
    {
        var recipient = Target.NewRecipient();
        var handle = HandleOf(await PushAsync(recipient, "hello"));
        using var acknowledged = await target.PostAsync($"ack?rcpt={recipient}&receipt={handle}", new StringContent(""));
        using var polled = await target.GetAsync($"poll?rcpt={recipient}&lease=60");

        using var recalled = await RecallAsync(recipient, polled.Header("Comet-Receipt")!);

        await acknowledged.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "receipt");
        await recalled.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "recall");
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Recall_WithoutARecipientOrAHandle_IsRefused()
    {
        using var noRecipient = await DeleteAsync("push");
        using var noHandle = await DeleteAsync($"push?rcpt={Target.NewRecipient()}");
        using var two = await DeleteAsync($"push?rcpt={Target.NewRecipient()}&rcpt={Target.NewRecipient()}&recall=x");

        await noRecipient.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
        await noHandle.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "recall");
        await two.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    private async Task<JsonElement> PushAsync(string recipient, string text, string more = "")
    {
        using var pushed = await target.PushAsync(recipient, new StringContent(text), more);
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        return Assert.Single(await pushed.AcceptedAsync());
    }

    private Task<HttpResponseMessage> RecallAsync(string recipient, params string[] handles) =>
        DeleteAsync($"push?rcpt={recipient}{string.Concat(handles.Select(handle => $"&recall={handle}"))}");

    private Task<HttpResponseMessage> DeleteAsync(string pathAndQuery) =>
        target.Http.DeleteAsync(new Uri(pathAndQuery, UriKind.Relative), TestContext.Current.CancellationToken);

    private static string HandleOf(JsonElement copy) => copy.GetProperty("recall").GetString()!;
}
