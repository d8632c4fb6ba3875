using System.Diagnostics;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Bench.Serving;

/// <summary>
/// The obvious first design: a queue for each recipient, and a poll that receives, waits for a fixed pause and receives again. It uses
/// FuncComet's storage client, with the same tuning and the same counting of requests.
/// </summary>
internal static class ServedNaive
{
    public static (IHost Host, Func<int> Held) Create()
    {
        var held = 0;
        var pause = TimeSpan.Parse(Environment.GetEnvironmentVariable(Served.NaivePause)!, CultureInfo.InvariantCulture);
        var builder = BareServer.CreateBuilder();
        builder.Services.AddFuncCometCore(builder.Configuration);
        var app = builder.Build();
        var storage = app.Services.GetRequiredService<QueueServiceClient>();
        app.MapPost("/api/push", async context =>
        {
            using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
            var text = await body.ReadToEndAsync(context.RequestAborted);
            try
            {
                await QueueOf(context).SendMessageAsync(text, context.RequestAborted);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                await QueueOf(context).CreateAsync(cancellationToken: context.RequestAborted);
                await QueueOf(context).SendMessageAsync(text, context.RequestAborted);
            }

            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        app.MapGet("/api/poll", async context =>
        {
            Interlocked.Increment(ref held);
            try
            {
                await PollAsync(context, QueueOf(context), pause);
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

        QueueClient QueueOf(HttpContext context) =>
            storage.GetQueueClient($"naive-{pause.TotalMilliseconds:F0}-{context.Request.Query["rcpt"]}");
    }

    private static async Task PollAsync(HttpContext context, QueueClient queue, TimeSpan pause)
    {
        var timeout = TimeSpan.FromSeconds(int.Parse(context.Request.Query["timeout"]!, CultureInfo.InvariantCulture));
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < timeout)
        {
            if (await ReceiveAsync(queue) is { } message)
            {
                if (context.RequestAborted.IsCancellationRequested)
                {
                    await queue.UpdateMessageAsync(
                        message.MessageId,
                        message.PopReceipt,
                        message.MessageText,
                        TimeSpan.Zero,
                        CancellationToken.None);
                    return;
                }

                await context.Response.WriteAsync(message.MessageText, context.RequestAborted);
                await context.Response.CompleteAsync();
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, CancellationToken.None);
                return;
            }

            await Task.Delay(pause, context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Not cancelled with the request: Storage could still carry out a cancelled receive, and would then hide a message whose receipt is
    // lost.
    private static async Task<QueueMessage?> ReceiveAsync(QueueClient queue)
    {
        try
        {
            return (await queue.ReceiveMessageAsync(cancellationToken: CancellationToken.None)).Value;
        }
        catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return null;
        }
    }
}
