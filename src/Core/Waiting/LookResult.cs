namespace FuncComet.Waiting;

/// <summary>The result of a look that a poll made for its <see cref="WaitingRoom"/>.</summary>
internal enum LookResult
{
    /// <summary>The mailbox is empty; the poll continues to wait.</summary>
    Empty,

    /// <summary>The mailbox is empty because it has no queue yet; the poll continues to wait.</summary>
    Missing,

    /// <summary>
    /// All messages found were set aside, since they must not be delivered. The poll continues to wait; more may be
    /// behind them.
    /// </summary>
    SetAside,

    /// <summary>The poll leaves with messages; more may be behind them.</summary>
    Messages,

    /// <summary>Storage failed; the poll leaves.</summary>
    Failed,
}
