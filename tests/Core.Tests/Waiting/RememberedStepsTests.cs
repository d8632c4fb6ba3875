using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Waiting;

public sealed class RememberedStepsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RememberedSteps _steps;

    public RememberedStepsTests() => _steps = new RememberedSteps(_time);

    public void Dispose() => _steps.Dispose();

    [Fact]
    public void Of_ReturnsTheRememberedStep()
    {
        _steps.Remember(Named.Recipient("alice"), 3);

        Assert.Equal(3, _steps.Of(Named.Recipient("alice")));
        Assert.Equal(0, _steps.Of(Named.Recipient("bob")));
        _steps.Remember(Named.Recipient("alice"), 0);
        Assert.Equal(0, _steps.Of(Named.Recipient("alice")));
    }

    [Theory]
    [InlineData(299, 3)]
    [InlineData(300, 0)]
    public void Of_AfterFiveMinutes_IsZero(int seconds, int step)
    {
        _steps.Remember(Named.Recipient("alice"), 3);

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(step, _steps.Of(Named.Recipient("alice")));
    }
}
