using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>All times are in seconds.</summary>
public sealed class LookScheduleTests
{
    private readonly HiddenTimes _hidden = new();

    [Fact]
    public void NextLook_IsAfterTheBackoffsPause()
    {
        var schedule = Create(step: 2);

        schedule.StartPause(At(10));

        Assert.Equal(At(11), schedule.NextLookAt);
    }

    [Fact]
    public void NextLook_WhenNothingIsPublished_IsWithinFiveSeconds()
    {
        var schedule = Create(step: 20);

        schedule.StartPause(At(10));

        Assert.Equal(At(15), schedule.NextLookAt);
    }

    // The presence is published until 200.
    [Theory]
    [InlineData(100, 130)]
    [InlineData(170, 200)]
    [InlineData(185, 200)]
    [InlineData(199.9, 200)]
    [InlineData(200, 200.25)]
    public void NextLook_WhenPresenceIsPublished_IsNotAfterItsEnd(double now, double next)
    {
        var schedule = Create(step: 0);
        schedule.Publish("here", At(200), now: At(0));

        schedule.StartPause(At(now));

        Assert.Equal(At(next), schedule.NextLookAt);
    }

    // A poll is at 100, without jitter. Its looks until it ends are as few as the longest pause allows, and none is later than 30 seconds.
    [Theory]
    [InlineData(105, 130)]
    [InlineData(131, 130)]
    [InlineData(150, 130)]
    public void NextLook_BeforeAPollEnds_IsAfterTheLongestPause(double pollEndsAt, double next)
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(200), now: At(0));

        schedule.StartPause(At(100), At(pollEndsAt));

        Assert.Equal(At(next), schedule.NextLookAt);
    }

    // The poll before has looked last at 100, and what was published for it ends at 101.
    [Theory]
    [InlineData(100.4, 130)]
    [InlineData(100.99, 130)]
    [InlineData(101, 100.5)]
    public void Publish_ForTheNextPoll_ContinuesThePause_OnlyIfThePresenceBeforeHasNotEnded(double publishedAt, double next)
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(101), now: At(0));
        schedule.StartPause(At(100));
        schedule.Begin(At(100.1), continues: true);
        Assert.Equal(At(100.5), schedule.NextLookAt);

        var due = schedule.PlanContinuation("here", At(320), At(100.1));
        schedule.Publish("here", At(321), At(publishedAt), pollEndsAt: At(320));

        Assert.Equal(At(320), due?.Until);
        Assert.Equal(At(next), schedule.NextLookAt);
    }

    [Theory]
    [InlineData(false, "here", 320, 100.1)]
    [InlineData(true, "elsewhere", 320, 100.1)]
    [InlineData(true, "here", 101, 100.1)]
    [InlineData(true, "here", 320, 101)]
    public void Continuation_WithoutAPresenceToContinue_IsNotPlanned(bool continues, string instance, double until, double now)
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(101), now: At(0));
        schedule.StartPause(At(100));
        schedule.Begin(At(100.1), continues);

        Assert.Null(schedule.PlanContinuation(instance, At(until), At(now)));
    }

    [Fact]
    public void Unpublish_ShortensThePauseThatHasBegun()
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(200), now: At(0));
        schedule.StartPause(At(100));
        Assert.Equal(At(130), schedule.NextLookAt);

        schedule.Unpublish(At(110));

        Assert.Equal(At(115), schedule.NextLookAt);
    }

    [Fact]
    public void Unpublish_NeverLengthensAPause()
    {
        var schedule = Create(step: 20);
        schedule.StartPause(At(100));

        schedule.Unpublish(At(103));

        Assert.Equal(At(105), schedule.NextLookAt);
    }

    // One message was counted first at 100. While the number stays the same, polls look often for 10 minutes.
    [Theory]
    [InlineData(0, 100, 101)]
    [InlineData(1, 101, 103)]
    [InlineData(2, 103, 107)]
    [InlineData(3, 107, 112)]
    [InlineData(100, 699.9, 704.9)]
    [InlineData(100, 700, 730)]
    public void NextLook_WhenMessagesAreHidden_IsSoonForTenMinutes(int looksSince, double now, double next)
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(1_000), now: At(0));
        schedule.Count(new MailboxStatus(1), At(100));
        for (var look = 0; look < looksSince; look++)
        {
            schedule.Count(new MailboxStatus(1), At(101));
        }

        schedule.StartPause(At(now));

        Assert.Equal(At(next), schedule.NextLookAt);
    }

    [Theory]
    [InlineData(2, 701)]
    [InlineData(0, 730)]
    public void NextLook_WhenTheNumberOfHiddenMessagesChanges_IsSoonAgainUnlessNoneIsLeft(long messages, double next)
    {
        var schedule = Create(step: 20);
        schedule.Publish("here", At(1_000), now: At(0));
        schedule.Count(new MailboxStatus(1), At(100));

        schedule.Count(new MailboxStatus(messages), At(700));
        schedule.StartPause(At(700));

        Assert.Equal(At(next), schedule.NextLookAt);
    }

    // In a pause of up to 5 seconds, no message that another instance has hidden can become visible long before the next look.
    [Theory]
    [InlineData(true, 20, false, false, false)]
    [InlineData(true, 20, true, false, true)]
    [InlineData(true, 20, false, true, true)]
    [InlineData(false, 4, false, false, false)]
    [InlineData(false, 5, false, false, true)]
    public void Count_BeforeALongPause_IsDue(bool hasDoorbell, int step, bool isPresenceDue, bool isPublished, bool isDue)
    {
        var schedule = Create(step, hasDoorbell);
        if (isPublished)
        {
            schedule.Publish("here", At(200), now: At(0));
        }

        Assert.Equal(isDue, schedule.IsCountDue(isPresenceDue, At(100)));
    }

    [Fact]
    public void Count_AfterALongPause_IsDue()
    {
        var schedule = Create(step: 0);
        schedule.Publish("here", At(130), now: At(0));
        schedule.StartPause(At(100));

        Assert.True(schedule.IsCountDue(isPresenceDue: false, At(130)));
    }

    [Fact]
    public void Count_WhileMessagesAreHidden_IsDue()
    {
        var schedule = Create(step: 0);

        schedule.Count(new MailboxStatus(1), At(100));

        Assert.True(schedule.IsCountDue(isPresenceDue: false, At(101)));
    }

    [Fact]
    public void NextLook_WhenAHiddenMessageBecomesVisible_IsThen()
    {
        var schedule = Create(step: 20);
        schedule.StartPause(At(100));

        _hidden.Add(At(103), At(100));
        schedule.Hide(_hidden);

        Assert.Equal(At(103.1), schedule.NextLookAt);
    }

    // During the short first pause, no ring is needed. No queue is created for a poll that looks only a few times.
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, false, true)]
    [InlineData(2, true, false)]
    [InlineData(3, true, true)]
    public void Presence_FromACertainStepOn_IsDue(int step, bool isMissing, bool isDue) =>
        Assert.Equal(isDue, Create(step).IsPresenceDue("here", until: At(200), isMissing, now: At(100)));

    [Fact]
    public void Presence_WithoutPolls_IsNotDue() =>
        Assert.False(Create(step: 20).IsPresenceDue("here", until: At(100), isMissing: false, now: At(100)));

    [Theory]
    [InlineData("here", 200, false)]
    [InlineData("here", 200.1, true)]
    [InlineData("elsewhere", 200, true)]
    public void Presence_WhenPublished_IsDueOnlyForALaterEndOrAnotherName(string instance, double until, bool isDue)
    {
        var schedule = Create(step: 1);
        schedule.Publish("here", At(200), now: At(0));

        Assert.Equal(isDue, schedule.IsPresenceDue(instance, At(until), isMissing: false, now: At(100)));
    }

    [Fact]
    public void Presence_WhenTheRoomWasEmpty_IsDueAgain()
    {
        var schedule = Create(step: 1);
        schedule.Publish("here", At(200), now: At(0));

        schedule.Forget();

        Assert.True(schedule.IsPresenceDue("here", At(200), isMissing: false, now: At(100)));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static LookSchedule Create(int step, bool hasDoorbell = true) =>
        new(new Backoff(Options.Create(new BackoffOptions { Jitter = 0 }), Random.Shared), step, hasDoorbell, hidden: null);
}
