using FuncComet.Functions.Answers;
using FuncComet.Functions.Hosting;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Requests;

/// <summary>Runs every function the same way, from the request to the response.</summary>
internal static class HttpFunction
{
    /// <summary>Answers a request for a function that needs a function key. Each answer says which version gave it.</summary>
    /// <param name="request">
    /// The request. Triggers list no methods, because the host answers the unlisted ones 404 where HTTP wants 405.
    /// </param>
    /// <param name="handlers">For each allowed method, a handler that parses the request, calls Core and returns the result.</param>
    public static Task AnswerAsync(HttpRequest request, params (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers)
    {
        // Before the handler runs, so that no answer can be without it. Anonymous callers are not told.
        request.HttpContext.Response.Headers[ResponseHeaders.Version] = AppVersion.Full;
        return RunAsync(request, handlers);
    }

    /// <summary>The same for a function that anybody may call.</summary>
    public static Task AnswerAnonymouslyAsync(
        HttpRequest request, params (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers) => RunAsync(request, handlers);

    private static async Task RunAsync(HttpRequest request, (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers)
    {
        var context = request.HttpContext;
        var clientAborted = context.RequestAborted;
        var result = await HandleAsync(request, handlers, clientAborted);

        // Add nothing to a response that has started: a poll wrote it whole, or it must look broken.
        if (!clientAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            ResponseHeaders.Set(context.Response.Headers);
            await result.ExecuteAsync(context);
        }
    }

    /// <summary>Answers a request that no function is to see.</summary>
    public static Task RefuseAsync(HttpRequest request, IResult refusal)
    {
        ResponseHeaders.Set(request.HttpContext.Response.Headers);
        return refusal.ExecuteAsync(request.HttpContext);
    }

    private static async Task<IResult> HandleAsync(
        HttpRequest request,
        (string Method, Func<RequestQuery, Task<IResult>> Handle)[] handlers,
        CancellationToken clientAborted)
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
        catch (BadHttpRequestException ex)
        {
            // The server refuses a body while it is read: it is too large, too slow, or not framed as its headers say.
            return Problems.BadBody(ex.StatusCode);
        }
        catch (StorageUnavailableException ex)
        {
            return Problems.StorageUnavailable(ex.RetryAfter);
        }
        catch (OperationCanceledException) when (clientAborted.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
    }
}
