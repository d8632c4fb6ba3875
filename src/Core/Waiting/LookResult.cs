namespace FuncComet.Waiting;

/// <summary>What a poll that looked for its <see cref="WaitingRoom"/> reports.</summary>
internal enum LookResult
{
    /// <summary>The mailbox is empty; the poll waits on.</summary>
    Empty,

    /// <summary>The same; there is no queue yet.</summary>
    Missing,

    /// <summary>What was there is not to be delivered and was set aside; the poll waits on, and more may be behind it.</summary>
    SetAside,

    /// <summary>The poll leaves with messages; more may be behind them.</summary>
    Messages,

    /// <summary>Storage failed; the poll leaves.</summary>
    Failed,
}
