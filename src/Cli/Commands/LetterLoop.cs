using System.Text.Json.Serialization.Metadata;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

/// <summary>What one call has done to dead letters.</summary>
/// <param name="Done">The letters that were moved or deleted.</param>
/// <param name="Left">The letters of its recipients that were not.</param>
/// <param name="Next">What the next call begins with; null after the last.</param>
/// <param name="Older">The letters that are not sorted yet.</param>
internal sealed record LetterStep(long Done, long Left, string? Next, long Older);

/// <summary>
/// Repeats a call about dead letters until there is nothing more that it can do. A call ends in one of three ways: (1) It names what the
/// next one begins with. (2) It took its whole time, a minute, and letters are left: all is done once more. (3) It has come to the end.
/// What is left then stays: its mailbox is full, or it has become a dead letter meanwhile. To repeat such a call could go on for ever.
/// Letters of an earlier version are sorted for 10 seconds a call, so all is done once more as long as they become fewer.
/// </summary>
internal static class LetterLoop
{
    // A call that took longer was ended by its time. The app's limit is twice that.
    private static readonly TimeSpan LongCall = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Writes what was done and what is left, and returns the exit code. Letters that are not sorted by recipient count as left only if all
    /// recipients' letters were meant.
    /// </summary>
    public static int Conclude<T>(
        Terminal terminal,
        string verb,
        string? recipient,
        (long Done, long Left, long Older) result,
        T output,
        JsonTypeInfo<T> json)
    {
        var (done, left, older) = result;
        terminal.Write(
            output,
            json,
            $"{verb} {Words.Count(done, "letter")} of {SafeText.OfLine(LetterScope.TextOf(recipient))}, {Words.Of(left)} left.");
        OlderLetters.TellUnsorted(older);
        return left > 0 || (recipient is null && older > 0) ? ExitCode.Incomplete : ExitCode.Done;
    }

    public static Task<(long Done, long Left, long Older)> RunAsync(
        Terminal terminal,
        string verb,
        Func<string?, Task<LetterStep>> call) =>
        terminal.WithProgressAsync($"{verb} 0 …", async show =>
        {
            var time = TimeProvider.System;
            var (done, left, older, isCut) = (0L, 0L, long.MaxValue, false);
            string? after = null;
            while (true)
            {
                var began = time.GetTimestamp();
                var step = await call(after);
                isCut |= step is { Done: > 0, Left: > 0 } && time.GetElapsedTime(began) > LongCall;
                done += step.Done;
                left += step.Left;
                show($"{verb} {Words.Of(done)}, {Words.Of(left)} left …");

                // A call that did nothing and names itself as the next one would be repeated for ever.
                after = step.Next == after && step.Done == 0 ? null : step.Next;
                if (after is not null)
                {
                    continue;
                }

                if (!isCut && (step.Older == 0 || step.Older >= older))
                {
                    return (done, left, step.Older);
                }

                (left, older, isCut) = (0, step.Older, false);
            }
        });
}
