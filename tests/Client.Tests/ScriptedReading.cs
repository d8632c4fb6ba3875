using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>Reads messages from a <see cref="ScriptedApp"/> with the client's <c>ReadAllAsync</c>, one step at a time.</summary>
internal sealed class ScriptedReading(ScriptedApp app, IAsyncEnumerator<CometMessage> messages)
{
    public CometMessage Current => messages.Current;

    /// <summary>Requests the next message.</summary>
    public Task<bool> NextAsync() => messages.MoveNextAsync().AsTask();

    /// <summary>Leaves the loop, as <c>break</c> does.</summary>
    public Task LeaveAsync() => messages.DisposeAsync().AsTask();

    /// <summary>
    /// Requests the next message, answers the client's poll with the given messages and returns when the first of them is current.
    /// </summary>
    /// <returns>The <see cref="ScriptedRequest.Line"/> of the poll.</returns>
    public async Task<string> TakeAsync(params IEnumerable<string> ids)
    {
        var next = NextAsync();
        var poll = await app.NextAsync();
        poll.AnswerMessages(ids);
        Assert.True(await next.Bounded());
        return poll.Line;
    }
}
