using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Messages;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Lease;

/// <summary>Reads what a request to change leases asks for.</summary>
internal static class LeaseTimes
{
    /// <param name="query">The query.</param>
    /// <param name="lease">The new lease; zero to release the messages.</param>
    /// <param name="after">When released messages are to be back; null if it is left out.</param>
    /// <param name="problem">The problem, if there is one.</param>
    public static bool TryRead(
        RequestQuery query, out TimeSpan lease, out TimeSpan? after, [NotNullWhen(false)] out IResult? problem)
    {
        (lease, after) = (default, null);
        const int Min = PollRequest.MinLeaseSeconds;
        const int Max = PollRequest.MaxLeaseSeconds;
        if (!query.TryGetSeconds("seconds", Min, Max, out var seconds, out problem, orZero: true)
            || !query.TryGetSeconds("after", 1, Message.MaxDelaySeconds, out after, out problem))
        {
            return false;
        }

        problem =
            seconds is null ? Problems.BadParameter("seconds", $"given: whole seconds, digits only, 0 or {Min} to {Max}")
            : after is not null && seconds != TimeSpan.Zero ? Problems.BadParameter("after", "left out unless seconds is 0")
            : null;
        lease = seconds ?? default;
        return problem is null;
    }
}
