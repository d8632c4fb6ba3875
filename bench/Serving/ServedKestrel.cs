using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Bench.Serving;

/// <summary>
/// A Kestrel request that waits, and nothing more: the lower bound of what a held poll can cost. Messages are kept in memory only.
/// </summary>
internal static class ServedKestrel
{
    public static (IHost Host, Func<int> Held) Create()
    {
        var held = 0;
        var mailboxes = new ConcurrentDictionary<string, Channel<byte[]>>();
        var app = BareServer.CreateBuilder().Build();
        app.MapPost("/api/push", async context =>
        {
            var body = new byte[context.Request.ContentLength!.Value];
            await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
            MailboxOf(context).Writer.TryWrite(body);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        app.MapGet("/api/poll", async context =>
        {
            Interlocked.Increment(ref held);
            try
            {
                var message = await MailboxOf(context).Reader.ReadAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync(message, context.RequestAborted);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The client has left.
            }
            finally
            {
                Interlocked.Decrement(ref held);
            }
        });
        return (app, () => Volatile.Read(ref held));

        Channel<byte[]> MailboxOf(HttpContext context) =>
            mailboxes.GetOrAdd(context.Request.Query["rcpt"]!, _ => Channel.CreateUnbounded<byte[]>());
    }
}
