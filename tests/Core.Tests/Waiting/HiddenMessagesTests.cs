using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Waiting;

public sealed class HiddenMessagesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly HiddenMessages _messages;

    public HiddenMessagesTests() => _messages = new HiddenMessages(_time);

    public void Dispose() => _messages.Dispose();

    // An instance forgets a recipient that was erased at another one within ten minutes, whatever the delay of a message was.
    [Fact]
    public void Of_TenMinutesAfterTheLastMessageWasHidden_IsNull()
    {
        _messages.Add(Named.Recipient("alice"), due: TimeSpan.FromDays(7), now: TimeSpan.Zero);

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.NotNull(_messages.Of(Named.Recipient("alice")));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_messages.Of(Named.Recipient("alice")));
    }
}
