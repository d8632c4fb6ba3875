using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Pushing;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Push;

/// <summary>The answer to a recall: 204 if every message was removed, else a problem that lists the handles of the others.</summary>
internal static class RecallAnswer
{
    public static IResult For(IReadOnlyList<RecallHandle> handles, IReadOnlyList<RecallOutcome> outcomes)
    {
        var (delivered, failed) = (Of(RecallOutcome.AlreadyDelivered), Of(RecallOutcome.StorageFailed));
        return failed.Length > 0 ? Problems.StorageUnavailable(
                retryAfter: null,
                KeyValuePair.Create<string, object?>("failed", failed),
                KeyValuePair.Create<string, object?>("delivered", delivered))
            : delivered.Length > 0 ? Problems.AlreadyDelivered(delivered)
            : TypedResults.NoContent();

        string[] Of(RecallOutcome outcome) => [.. handles.Where((_, at) => outcomes[at] == outcome).Select(handle => handle.Text)];
    }
}
