using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Waiting;

public sealed class RememberedLooksTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RememberedLooks _looks;

    public RememberedLooksTests() => _looks = new RememberedLooks(_time);

    public void Dispose() => _looks.Dispose();

    [Fact]
    public void Of_ReturnsTheRememberedStep()
    {
        _looks.Remember(Named.Recipient("alice"), 3);

        Assert.Equal(3, _looks.Of(Named.Recipient("alice")).Step);
        Assert.Equal(0, _looks.Of(Named.Recipient("bob")).Step);
        _looks.Remember(Named.Recipient("alice"), 0);
        Assert.Equal(0, _looks.Of(Named.Recipient("alice")).Step);
    }

    [Theory]
    [InlineData(299, 3)]
    [InlineData(300, 0)]
    public void Of_AfterFiveMinutes_IsZero(int seconds, int step)
    {
        _looks.Remember(Named.Recipient("alice"), 3);

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(step, _looks.Of(Named.Recipient("alice")).Step);
    }

    // Longer than the step, so that a message which stays hidden for days is not looked for often again with every poll.
    [Theory]
    [InlineData(599, 2)]
    [InlineData(600, 0)]
    public void Of_AfterTenMinutes_HasNoCount(int seconds, long messages)
    {
        _looks.Remember(Named.Recipient("alice"), 0, new HiddenCount(2, TimeSpan.FromSeconds(7), 3));

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(messages, _looks.Of(Named.Recipient("alice")).Hidden.Messages);
    }
}
