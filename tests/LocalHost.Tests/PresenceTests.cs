using System.Net;
using System.Text.Json;
using FuncComet.Testing;
using static FuncComet.LocalHost.Tests.PresenceAsking;

namespace FuncComet.LocalHost.Tests;

/// <summary>Whether a recipient waits, asked at one instance while their polls are held at others.</summary>
public sealed class PresenceTests(Azurite azurite) : IClassFixture<Azurite>
{
    [Fact]
    public async Task PollsHeldAtTwoInstances_AreBothKnown_AndOneStaysWhenTheOtherHasLeft()
    {
        var recipient = Named.NewRecipient().Name;
        await using var one = await StartAsync(azurite);
        await using var two = await StartAsync(azurite);
        await using var asked = await StartAsync(azurite);
        using var first = new ApiClient(one.Url);
        using var second = new ApiClient(two.Url);
        using var server = new ApiClient(asked.Url);
        await ServeOnceAsync(first, recipient);
        await ServeOnceAsync(second, recipient);
        using var leaving = new CancellationTokenSource();
        var stays = first.PollAsync(recipient, timeout: 200);
        await Await.UntilAsync(async () => (await AskAsync(server, recipient)).IsWaiting, "the poll to be known");
        var leaves = second.PollAndLeaveAsync(recipient, timeout: 200, leaving.Token);
        await Await.UntilAsync(async () => (await AskAsync(second, recipient)).IsWaiting, "the poll to be known");

        // The second's write did not know of the first, which publishes again at its next look.
        await Await.UntilAsync(async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 2, "both");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);

        await Await.UntilAsync(async () => await PublishedPresences.CountAsync(azurite.ConnectionString, recipient) == 1, "one");
        Assert.True((await AskAsync(server, recipient)).IsWaiting);
        await server.PushAcceptedAsync(recipient, "hello");
        using var answer = await stays;
        Assert.Equal("hello", await answer.TextAsync());
    }

    [Fact]
    public async Task APush_ThatAsks_KnowsOfAPollHeldElsewhere()
    {
        var recipient = Named.NewRecipient().Name;
        await using var holding = await StartAsync(azurite);
        await using var asked = await StartAsync(azurite);
        using var client = new ApiClient(holding.Url);
        using var server = new ApiClient(asked.Url);
        await ServeOnceAsync(client, recipient);
        var poll = client.PollAsync(recipient, timeout: 60);
        await Await.UntilAsync(async () => (await AskAsync(server, recipient)).IsWaiting, "the poll to be known");

        using var pushed = await server.SendAsync(HttpMethod.Post, $"push?rcpt={recipient}&presence=true");

        Assert.Equal(HttpStatusCode.Accepted, pushed.StatusCode);
        using var accepted = JsonDocument.Parse(await pushed.TextAsync());
        Assert.True(accepted.RootElement.GetProperty("accepted")[0].GetProperty("waiting").GetBoolean());
        using var answer = await poll;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task WithoutTheDoorbell_AnInstanceKnowsItsOwnPollsOnly()
    {
        var recipient = Named.NewRecipient().Name;
        await using var holding = await StartAsync(azurite, ("FuncComet__Doorbell__Enabled", "false"));
        await using var asked = await StartAsync(azurite, ("FuncComet__Doorbell__Enabled", "false"));
        using var client = new ApiClient(holding.Url);
        using var server = new ApiClient(asked.Url);
        var poll = client.PollAsync(recipient, timeout: 15);

        await Await.UntilAsync(async () => (await AskAsync(client, recipient)).IsWaiting, "the poll to be known");
        Assert.Equal((false, false), await AskAsync(server, recipient));
        using var ended = await poll;
        Assert.Equal((false, false), await AskAsync(client, recipient));
    }

    [Fact]
    public async Task WhatTheStorageDoesNotTell_IsNamed()
    {
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString]);
        using var client = new ApiClient(host.Url);
        var poll = client.PollAsync("here", timeout: 60);

        await Await.UntilAsync(() => PublishedPresences.HasCounted(tap, "here"), "the count");
        await Await.UntilAsync(async () => (await AskAsync(client, "here")).IsWaiting, "the poll to be known");
        await tap.DisposeAsync();

        using var answer = await client.SendAsync(HttpMethod.Get, "presence?rcpt=here&rcpt=away");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var presence = JsonDocument.Parse(await answer.TextAsync());
        Assert.True(presence.RootElement.GetProperty("presence")[0].GetProperty("waiting").GetBoolean());
        Assert.Equal(
            """[{"rcpt":"away","type":"urn:funccomet:storage-unavailable"}]""", presence.RootElement.GetProperty("failed").GetRawText());
        using var ended = await poll;
    }
}
