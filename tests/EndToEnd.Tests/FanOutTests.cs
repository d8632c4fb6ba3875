using System.Net;

namespace FuncComet.EndToEnd.Tests;

public class FanOutTests(Target target)
{
    /// <summary>The number of recipients of a large push; the limit, unless the storage is slowed by what stands in front of it.</summary>
    protected virtual int Many => 100;

    [Fact]
    public async Task Push_ToManyRecipients_ReachesEachMailbox()
    {
        var recipients = Enumerable.Range(0, Many).Select(_ => Target.NewRecipient()).ToList();

        using var pushed = await PushAsync(recipients, "to all");

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        var accepted = await pushed.AcceptedAsync();
        Assert.Equal(recipients, accepted.Select(copy => copy.GetProperty("rcpt").GetString()));
        var id = Assert.Single(accepted.Select(copy => copy.GetProperty("id").GetString()).Distinct());
        foreach (var recipient in recipients)
        {
            using var polled = await target.PollAsync(recipient);
            Assert.Equal("to all", await polled.TextAsync());
            Assert.Equal(id, polled.Header("Comet-Message-Id"));
        }
    }

    [Fact]
    public async Task Push_WhenARecipientIsNamedTwice_StoresOneCopy()
    {
        var recipient = Target.NewRecipient();

        using var pushed = await PushAsync([recipient, recipient], "once");

        Assert.Single(await pushed.AcceptedAsync());
        using var first = await target.PollAsync(recipient);
        using var second = await target.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
    }

    [Fact]
    public async Task Push_To101Recipients_IsRefusedAndReachesNobody()
    {
        var recipients = Enumerable.Range(0, 101).Select(number => $"r{number}-{Guid.NewGuid():N}").ToList();

        using var pushed = await PushAsync(recipients, "too many");

        var problem = await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
        Assert.Contains("at most 100", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var polled = await target.PollAsync(recipients[0], timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Fact]
    public async Task Push_WhenOneRecipientIsMalformed_ReachesNobody()
    {
        var recipient = Target.NewRecipient();

        using var pushed = await target.PostAsync($"push?rcpt={recipient}&rcpt=%FF", new StringContent("x"));

        await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
        using var polled = await target.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Fact]
    public async Task Push_WithADelay_IsDeliveredAfterIt()
    {
        var recipient = Target.NewRecipient();

        // Long enough for the early poll to end before it, on a machine that is slow too.
        using var pushed = await target.PushAsync(recipient, new StringContent("later"), "&delay=10");
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var early = await target.PollAsync(recipient, timeout: 1);
        using var late = await target.PollAsync(recipient, timeout: 30);

        Assert.Equal(HttpStatusCode.NoContent, early.StatusCode);
        Assert.Equal("later", await late.TextAsync());
        Assert.Equal("1", late.Header("Comet-Deliveries"));
    }

    private Task<HttpResponseMessage> PushAsync(IEnumerable<string> recipients, string text)
    {
        var query = string.Join('&', recipients.Select(recipient => $"rcpt={Uri.EscapeDataString(recipient)}"));
        return target.PostAsync($"push?{query}", new StringContent(text));
    }
}
