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
        var result = await HandleAsync(request, handlers, clientGone);

        // Whoever has left is not answered; an answer that was begun is whole, or is to look broken.
        if (!clientGone.IsCancellationRequested && !context.Response.HasStarted)
        {
            ResponseHeaders.Set(context.Response.Headers);
            await result.ExecuteAsync(context);
        }
    }

    private static async Task<IResult> HandleAsync(HttpRequest request, (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers, CancellationToken clientGone)
    {
        var handle = Array.Find(handlers, handler => HttpMethods.Equals(request.Method, handler.Method)).Handle;
        if (handle is null)
        {
            return Problems.MethodNotAllowed(handlers.Select(handler => handler.Method));
        }

        var longest = request.HttpContext.RequestServices.GetRequiredService<IOptions<RequestLimitOptions>>().Value.MaxQueryLength;
        if (request.QueryString.Value?.Length > longest)
        {
            return Problems.BadParameter("query", $"at most {longest} bytes");
        }

        if (!RequestQuery.TryParse(request.QueryString.Value, out var query, out var malformed))
        {
            return malformed;
        }

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
