using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FuncComet.LocalHost.Hosting;

/// <summary>
/// Answers 400 to a request with a header that is not ASCII. The Functions host cannot forward one either: it answers an empty 500 after
/// 15 seconds.
/// </summary>
internal static class AsciiHeaders
{
    public static void Require(WebApplication app) => app.Use((context, next) =>
    {
        foreach (var (_, values) in context.Request.Headers)
        {
            foreach (var value in values)
            {
                if (!Ascii.IsValid(value))
                {
                    context.Response.StatusCode = StatusCodes.Status400BadRequest;
                    return Task.CompletedTask;
                }
            }
        }

        return next(context);
    });
}
