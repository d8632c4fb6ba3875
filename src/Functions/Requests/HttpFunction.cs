using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Requests;

/// <summary>What is the same for every function: one way from a request to its answer.</summary>
internal static class HttpFunction
{
    /// <param name="request">The request, of any method: a trigger that lists methods would leave the others to the host's 404.</param>
    /// <param name="method">The one that is answered.</param>
    /// <param name="handle">Parses, calls Core and returns the answer.</param>
    /// <param name="invocation">The function's token. It alone fires at the host's functionTimeout; RequestAborted alone at the host's proxy limit.</param>
    public static async Task AnswerAsync(
        HttpRequest request,
        string method,
        Func<HttpRequest, RequestQuery, CancellationToken, Task<IResult>> handle,
        CancellationToken invocation)
    {
        var context = request.HttpContext;
        context.Response.Headers.CacheControl = "no-store";
        using var clientGone = CancellationTokenSource.CreateLinkedTokenSource(invocation, context.RequestAborted);
        try
        {
            var result = !HttpMethods.Equals(request.Method, method) ? Problems.MethodNotAllowed(method)
                : !RequestQuery.TryParse(request.QueryString.Value, out var query, out var problem) ? problem
                : await handle(request, query, clientGone.Token);

            // There is nobody to answer, and the host may have taken the context back.
            if (!clientGone.IsCancellationRequested)
            {
                await result.ExecuteAsync(context);
            }
        }
        catch (StorageUnavailableException) when (!clientGone.IsCancellationRequested)
        {
            await Problems.StorageUnavailable().ExecuteAsync(context);
        }
        catch (Exception ex) when (clientGone.IsCancellationRequested && ex is OperationCanceledException or StorageUnavailableException)
        {
            // Its client left: no error, and nobody to tell.
        }
    }
}
