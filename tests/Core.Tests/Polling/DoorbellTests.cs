using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

public sealed class DoorbellTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Doorbell _doorbell = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Ring_WakesTheNewestListener()
    {
        using var older = _doorbell.Listen(Named.Recipient("alice"));
        using var newer = _doorbell.Listen(Named.Recipient("alice"));

        _doorbell.Ring(Named.Recipient("alice"));

        Assert.True(await newer.WaitAsync(Pause, _time, CancellationToken.None).Bounded());
        Assert.False(older.IsRung);
    }

    [Fact]
    public void Ring_WhenTheNewestWasRung_WakesTheNext()
    {
        using var older = _doorbell.Listen(Named.Recipient("alice"));
        using var newer = _doorbell.Listen(Named.Recipient("alice"));

        _doorbell.Ring(Named.Recipient("alice"));
        _doorbell.Ring(Named.Recipient("alice"));

        Assert.True(newer.IsRung);
        Assert.True(older.IsRung);
    }

    [Fact]
    public void Ring_OfAnotherRecipient_WakesNobody()
    {
        using var bell = _doorbell.Listen(Named.Recipient("alice"));

        _doorbell.Ring(Named.Recipient("Alice"));

        Assert.False(bell.IsRung);
    }

    [Fact]
    public void Dispose_OfARungListenerThatHasNotLooked_PassesTheRingOn()
    {
        using var older = _doorbell.Listen(Named.Recipient("alice"));
        var newer = _doorbell.Listen(Named.Recipient("alice"));
        _doorbell.Ring(Named.Recipient("alice"));

        newer.Dispose();

        Assert.True(older.IsRung);
    }

    [Fact]
    public void Dispose_InTheMiddleOfALook_PassesTheRingOn()
    {
        using var older = _doorbell.Listen(Named.Recipient("alice"));
        var newer = _doorbell.Listen(Named.Recipient("alice"));
        _doorbell.Ring(Named.Recipient("alice"));
        newer.BeginLook();

        newer.Dispose();

        Assert.True(older.IsRung);
    }

    [Fact]
    public void Dispose_AfterTheLook_PassesNothingOn()
    {
        using var older = _doorbell.Listen(Named.Recipient("alice"));
        var newer = _doorbell.Listen(Named.Recipient("alice"));
        _doorbell.Ring(Named.Recipient("alice"));
        newer.BeginLook();
        newer.EndLook();

        newer.Dispose();

        Assert.False(older.IsRung);
    }

    [Fact]
    public void Ring_DuringALook_IsHeardAfterIt()
    {
        using var bell = _doorbell.Listen(Named.Recipient("alice"));

        bell.BeginLook();
        _doorbell.Ring(Named.Recipient("alice"));
        bell.EndLook();

        Assert.True(bell.IsRung);
    }

    [Fact]
    public async Task Wait_WhenThePauseIsOver_ReturnsFalse()
    {
        using var bell = _doorbell.Listen(Named.Recipient("alice"));

        var wait = bell.WaitAsync(Pause, _time, CancellationToken.None);
        _time.Advance(Pause);

        Assert.False(await wait.Bounded());
    }

    [Fact]
    public async Task Wait_WhenCalledOff_ReturnsFalse()
    {
        using var bell = _doorbell.Listen(Named.Recipient("alice"));

        Assert.False(await bell.WaitAsync(Pause, _time, new CancellationToken(canceled: true)).Bounded());
    }
}
