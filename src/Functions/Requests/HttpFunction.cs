using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Requests;

/// <summary>What is the same for every function: one way from a request to its answer.</summary>
internal static class HttpFunction
{
    /// <param name="request">The request, of any method: a trigger that lists methods would leave the others to the host's 404.</param>
    /// <param name="handlers">For each method that is answered: what parses, calls Core and returns the answer.</param>
    public static async Task AnswerAsync(HttpRequest request, params (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers)
    {
        var context = request.HttpContext;
        var clientGone = context.RequestAborted;
        ResponseHeaders.Set(context.Response.Headers);
        var handle = Array.Find(handlers, handler => HttpMethods.Equals(request.Method, handler.Method)).Handle;
        if (handle is null)
        {
            await Problems.MethodNotAllowed(handlers.Select(handler => handler.Method)).ExecuteAsync(context);
        }
        else if (request.QueryString.Value?.Length > MaxQueryLength(context))
        {
            await Problems.BadParameter("query", $"at most {MaxQueryLength(context)} bytes").ExecuteAsync(context);
        }
        else if (!RequestQuery.TryParse(request.QueryString.Value, out var query, out var malformed))
        {
            await malformed.ExecuteAsync(context);
        }
        else
        {
            var result = await HandleAsync(query, handle, clientGone);

            // Whoever has left is not answered; an answer that was begun is whole, or is to look broken.
            if (!clientGone.IsCancellationRequested && !context.Response.HasStarted)
            {
                await result.ExecuteAsync(context);
            }
        }
    }

    private static int MaxQueryLength(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<RequestLimitOptions>>().Value.MaxQueryLength;

    private static async Task<IResult> HandleAsync(RequestQuery query, Func<RequestQuery, Task<IResult>> handle, CancellationToken clientGone)
    {
        try
        {
            return await handle(query);
        }
        catch (StorageUnavailableException)
        {
            return Problems.StorageUnavailable();
        }
        catch (OperationCanceledException) when (clientGone.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
    }
}
