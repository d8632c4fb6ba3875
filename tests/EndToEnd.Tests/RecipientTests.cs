using System.Net;

namespace FuncComet.EndToEnd.Tests;

public sealed class RecipientTests(Target target)
{
    [Theory]
    [InlineData("alice{0}", "bob{0}")]
    [InlineData("alice{0}", "Alice{0}")]
    [InlineData("alice{0}", "alice{0} ")]
    [InlineData("alice{0}", " alice{0}")]
    [InlineData("\u00e9{0}", "e\u0301{0}")]
    [InlineData("a+b{0}", "a b{0}")]
    public async Task Push_WhenTwoNamesAreSimilar_DoesNotReachTheOtherRecipient(string one, string other)
    {
        // The unique part is in the middle, so that the difference between the names stays at their start or end.
        var unique = Target.NewRecipient();
        using var pushed = await target.PushAsync(string.Format(null, one, unique), "for one");
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var others = await target.PollAsync(string.Format(null, other, unique), timeout: 1);
        using var own = await target.PollAsync(string.Format(null, one, unique), timeout: 1);

        Assert.Equal("for one", await own.TextAsync());
        Assert.Equal(HttpStatusCode.NoContent, others.StatusCode);
    }

    [Theory]
    [InlineData("a%2Fb%3Fc%3Dd%26e", "a/b?c=d&e")]
    [InlineData("a%2Bb%40x.org", "a+b@x.org")]
    [InlineData("a+b", "a b")]
    [InlineData("%C3%9Cn%C3%AFcode%20%F0%9F%9A%80", "Ünïcode 🚀")]
    [InlineData("%20", " ")]
    public async Task Push_ToAnUnusualName_IsDeliveredToAPollWithThatName(string encoded, string name)
    {
        var unique = Target.NewRecipient();
        using var pushed = await target.PostAsync($"push?rcpt={unique}{encoded}", new StringContent("hello"));
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.PollAsync($"{unique}{name}");

        Assert.Equal("hello", await polled.TextAsync());
    }

    [Fact]
    public async Task Call_WithANameOf256Bytes_SucceedsAndOf257BytesIsRefused()
    {
        var name = Target.NewRecipient().PadRight(256, 'x');
        using var pushed = await target.PushAsync(name, "hello");
        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);

        using var polled = await target.PollAsync(name);
        Assert.Equal("hello", await polled.TextAsync());

        using var tooLongPush = await target.PushAsync($"{name}x", "hello");
        await tooLongPush.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
        using var tooLongPoll = await target.PollAsync($"{name}x");
        await tooLongPoll.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    // A lone '%' is tested in LocalHost.Tests only: the proxy of the Functions host changes it to %25 before the function sees it.
    public static TheoryData<string> MalformedRecipients =>
        new("", "rcpt=", "rcpt=%FF", "rcpt=%C3%28", "rcpt=%ED%A0%80", "rcpt=a%0Ab", "rcpt=a%00", "rcpt=%7F", "rcpt=%C2%85");

    [Theory]
    [MemberData(nameof(MalformedRecipients))]
    public async Task Call_WithAMalformedRecipient_IsRefused(string query)
    {
        using var pushed = await target.PostAsync($"push?{query}", new StringContent("hello"));
        await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");

        using var polled = await target.GetAsync($"poll?{query}");
        await polled.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    [Theory]
    [InlineData("%FF")]
    [InlineData("%C3%28")]
    [InlineData("%ED%A0%80")]
    public async Task Push_ToAMalformedName_DoesNotReachAnotherMailbox(string escape)
    {
        var unique = Target.NewRecipient();
        using var pushed = await target.PostAsync($"push?rcpt={unique}{escape}", new StringContent("hello"));
        Assert.Equal(HttpStatusCode.BadRequest, pushed.StatusCode);

        // A lenient decoder would produce one of these names: with replacement characters, with the escape as text, or without it.
        foreach (var name in new[] { $"{unique}\uFFFD", $"{unique}\uFFFD(", $"{unique}\uFFFD\uFFFD\uFFFD", $"{unique}{escape}", unique })
        {
            using var polled = await target.PollAsync(name, timeout: 0);
            Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
        }
    }

    [Fact]
    public async Task Poll_WithTwoDifferentNames_IsRefusedAndWithTheSameNameTwiceIsNot()
    {
        var name = Target.NewRecipient();

        using var two = await target.GetAsync($"poll?rcpt={name}&rcpt=other&timeout=0");
        await two.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");

        using var same = await target.GetAsync($"poll?rcpt={name}&rcpt={name}&timeout=0");
        Assert.Equal(HttpStatusCode.NoContent, same.StatusCode);
    }

    [Fact]
    public async Task Poll_WhenTheMailboxDoesNotExist_DoesNotCreateIt()
    {
        var name = Target.NewRecipient();
        using var polled = await target.PollAsync(name, timeout: 1);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);

        Assert.Null(await target.FindMailboxAsync(name));

        using var pushed = await target.PushAsync(name, "hello");
        Assert.NotNull(await target.FindMailboxAsync(name));
    }
}
