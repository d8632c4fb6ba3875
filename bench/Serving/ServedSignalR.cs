using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Bench.Serving;

/// <summary>
/// ASP.NET Core SignalR with long polling: a group for each recipient, to which an HTTP push sends. Messages are kept in memory only.
/// </summary>
internal static class ServedSignalR
{
    public static (IHost Host, Func<int> Held) Create()
    {
        var builder = BareServer.CreateBuilder();
        builder.Services.AddSignalR();
        builder.Services.AddSingleton<Connections>();
        var app = builder.Build();
        app.MapHub<RecipientHub>("/hub", hub =>
        {
            hub.Transports = HttpTransportType.LongPolling;
            hub.LongPolling.PollTimeout = TimeSpan.FromSeconds(220);
        });
        var hub = app.Services.GetRequiredService<IHubContext<RecipientHub>>();
        var connections = app.Services.GetRequiredService<Connections>();
        app.MapPost("/api/push", async context =>
        {
            using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
            var message = await body.ReadToEndAsync(context.RequestAborted);
            await hub.Clients.Group(context.Request.Query["rcpt"]!).SendAsync("message", message, context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        return (app, () => Volatile.Read(ref connections.Count));
    }

    private sealed class Connections
    {
        public int Count;
    }

    private sealed class RecipientHub(Connections connections) : Hub
    {
        public override async Task OnConnectedAsync()
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, Context.GetHttpContext()!.Request.Query["rcpt"]!);
            Interlocked.Increment(ref connections.Count);
        }

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            Interlocked.Decrement(ref connections.Count);
            return Task.CompletedTask;
        }
    }
}
