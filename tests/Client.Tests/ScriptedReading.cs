using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The messages that a client reads from a <see cref="ScriptedApp"/>, a step at a time.</summary>
internal sealed class ScriptedReading(ScriptedApp app, IAsyncEnumerator<CometMessage> messages)
{
    public CometMessage Current => messages.Current;

    /// <summary>Asks for the next message; true when it is there.</summary>
    public Task<bool> NextAsync() => messages.MoveNextAsync().AsTask();

    /// <summary>Asks for the next message, which comes with the messages that the app answers the poll with.</summary>
    /// <returns>The poll, as <see cref="ScriptedRequest.Line"/>.</returns>
    public async Task<string> TakeAsync(params IEnumerable<string> ids)
    {
        var next = NextAsync();
        var poll = await app.NextAsync();
        poll.AnswerMessages(ids);
        Assert.True(await next.Bounded());
        return poll.Line;
    }
}
