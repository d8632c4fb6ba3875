using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Operations;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Requests;

/// <summary>The parameter <c>after</c> of a listing: the <c>next</c> of an earlier answer.</summary>
internal static class AfterParameter
{
    private const string Name = "after";

    /// <summary>Reads it; null if it is left out.</summary>
    public static bool TryGetAfter(
        this RequestQuery query, out QueuePosition? after, [NotNullWhen(false)] out IResult? problem)
    {
        after = null;
        if (query.TryGetSingle(Name, QueuePosition.Rule, out var text, out problem)
            && text is not null
            && !QueuePosition.TryParse(text, out after))
        {
            problem = Refused();
        }

        return problem is null;
    }

    /// <summary>The problem if the storage refuses a well-formed one.</summary>
    public static IResult Refused() => Problems.BadParameter(Name, QueuePosition.Rule);
}
