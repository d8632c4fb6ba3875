using FuncComet.Mailboxes;
using FuncComet.Waiting;

namespace FuncComet.Polling;

/// <summary>How a poll's wait ended.</summary>
/// <param name="Outcome">The outcome. With messages it is <see cref="PollOutcome.Delivered"/>, until writing the answer decides.</param>
/// <param name="Messages">The messages to deliver.</param>
/// <param name="Direct">For a message that is not stored: the push that waits for the outcome.</param>
internal readonly record struct WaitResult(PollOutcome Outcome, IReadOnlyList<LeasedMessage> Messages, DirectDelivery? Direct = null)
{
    public WaitResult(PollOutcome outcome)
        : this(outcome, [])
    {
    }

    public WaitResult(IReadOnlyList<LeasedMessage> messages, DirectDelivery? direct = null)
        : this(PollOutcome.Delivered, messages, direct)
    {
    }
}
