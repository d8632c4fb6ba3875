using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Operations;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.DeadLetters;

/// <summary>Whose letters a call changes: those of one recipient, or of all.</summary>
/// <param name="Recipient">The recipient; null for all.</param>
/// <param name="After">For all: where to begin; null for the beginning.</param>
internal sealed record LettersToChange(Recipient? Recipient, QueuePosition? After)
{
    /// <summary>Reads exactly one of <c>rcpt</c> and <c>all=true</c>, so that nobody changes everything by a forgotten parameter.</summary>
    public static bool TryRead(
        RequestQuery query, [NotNullWhen(true)] out LettersToChange? letters, [NotNullWhen(false)] out IResult? problem)
    {
        letters = null;
        if (!query.TryGetFlag("all", out var all, out problem) || !query.TryGetAfter(out var after, out problem))
        {
            return false;
        }

        Recipient? recipient = null;
        if (all && query.Has("rcpt"))
        {
            problem = Problems.BadParameter("all", "false or left out if rcpt is given");
        }
        else if (!all && !query.Has("rcpt"))
        {
            problem = Problems.BadRecipient("Name one recipient with rcpt, or give all=true.");
        }
        else if (!all && after is not null)
        {
            problem = Problems.BadParameter("after", "left out if rcpt is given");
        }
        else if (all || query.TryGetRecipient(out recipient, out problem))
        {
            letters = new LettersToChange(recipient, after);
            problem = null;
        }

        return letters is not null;
    }
}
