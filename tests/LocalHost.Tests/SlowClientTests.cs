using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>Clients that stop reading in the middle of an answer, with both forms of the answer and in both modes.</summary>
public sealed class SlowClientTests(Azurite azurite)
{
    private static readonly string[] Modes = ["", "&max=1", "&lease=5", "&lease=5&max=1"];

    // More than the two operating systems hold of an answer that is not read.
    private static readonly string Text = new('x', 48_000);

    // An answer counts as written when the operating system has all of it, not while the process still holds a part.
    [Fact]
    public async Task Poll_WhenItsAnswerIsNotRead_GivesTheMessageToAnotherPoll_AndItsAnswerNeverLooksWhole()
    {
        await using var host = await StartAsync(plainLease: "00:00:05");
        using var others = new ApiClient(host.Url);

        await Task.WhenAll(Modes.Select(async mode =>
        {
            var recipient = await PushAsync(others);
            using var slow = await PollWithoutReadingAsync(host, $"{recipient}&timeout=40{mode}");
            using var again = await others.PollAsync(recipient, timeout: 40).Bounded();
            var half = await slow.ReadAsync(TimeSpan.FromSeconds(30), enough: _ => false);

            await AssertRedeliveredAsync(again);
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", half, StringComparison.Ordinal);
            Assert.DoesNotContain(Text, half, StringComparison.Ordinal);
        }));
    }

    // Several times, because the server may notice a reset in several ways.
    [Fact]
    public async Task Poll_WhenItsClientResetsTheConnectionInTheAnswer_GivesTheMessageBackAtOnce()
    {
        await using var host = await StartAsync(plainLease: "00:10:00");
        using var others = new ApiClient(host.Url);

        foreach (var mode in Enumerable.Repeat((string[])["", "&max=1", "&lease=600"], 8).SelectMany(modes => modes))
        {
            var recipient = await PushAsync(others);
            using var slow = await PollWithoutReadingAsync(host, $"{recipient}&timeout=40{mode}");
            slow.Reset();

            using var again = await others.PollAsync(recipient, timeout: 10).Bounded();
            await AssertRedeliveredAsync(again);
        }
    }

    private static async Task<string> PushAsync(ApiClient client)
    {
        var recipient = Named.NewRecipient().Name;
        await client.PushAcceptedAsync(recipient, Text);
        return recipient;
    }

    private static async Task AssertRedeliveredAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("2", Assert.Single(answer.Headers.GetValues("Comet-Deliveries")));
        Assert.Equal(Text, await answer.TextAsync());
    }

    /// <summary>Returns when the answer has begun.</summary>
    private static async Task<RawConnection> PollWithoutReadingAsync(LocalHostProcess host, string query)
    {
        var connection = await RawConnection.OpenWithSmallBuffersAsync(host.Url);
        var poll = new RawRequest("GET", "poll") { Query = { [0] = $"rcpt={query}" } };
        Assert.True(await connection.TrySendAsync(poll.ToBytes()));
        await Await.UntilAsync(() => !connection.IsQuiet, "the beginning of the answer");
        return connection;
    }

    private Task<LocalHostProcess> StartAsync(string plainLease) => LocalHostProcess.StartAsync(
        ["--port", "0", "--storage", azurite.ConnectionString],
        new Dictionary<string, string> { ["FuncComet__Mailbox__PlainLease"] = plainLease });
}
