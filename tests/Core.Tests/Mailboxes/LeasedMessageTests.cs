using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class LeasedMessageTests
{
    private readonly SetTimeProvider _time = new();
    private readonly Mailbox _mailbox;

    public LeasedMessageTests() => _mailbox = new FakeQueueService(_time).Mailboxes().Open(Named.Recipient("alice"));

    // The step of the wall clock in hours.
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task LeaseLeft_WhenTheWallClockIsSet_IsUnaffected(int step)
    {
        await _mailbox.SendAsync(Named.Message("x"), TimeSpan.FromHours(5));
        var received = await _mailbox.ReceiveAsync(TimeSpan.FromSeconds(30), Mailbox.Deadline);
        var sent = new LeasedMessage(
            Named.Recipient("alice"),
            new Envelope(Named.Message("x")),
            await _mailbox.SendAsync("x", TimeSpan.FromHours(5), TimeSpan.FromSeconds(20), Mailbox.Deadline));

        _time.SetBy = TimeSpan.FromHours(step);
        _time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(TimeSpan.FromSeconds(23), received!.LeaseLeft(_time));
        Assert.Equal(TimeSpan.FromSeconds(13), sent.LeaseLeft(_time));
    }

    /// <summary>A clock whose wall clock can be set, as an operator or NTP does.</summary>
    private sealed class SetTimeProvider : FakeTimeProvider
    {
        public TimeSpan SetBy { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetBy;

        // The monotonic clock is not affected.
        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }
}
