using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Answers;

/// <summary>
/// A 204 that ends a poll before its timeout, since the instance stops or the recipient is erased. Many polls end in one moment, so
/// <c>Retry-After</c> lets their clients come back at different times.
/// </summary>
internal sealed class PollAgain : IResult
{
    public static readonly PollAgain Soon = new();

    private const string RetryAfterSeconds = "1";

    private PollAgain()
    {
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Task.CompletedTask;
    }
}
