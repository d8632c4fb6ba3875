using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Cli.Tests;

/// <summary>
/// An app for one recipient that refuses the second push of those that are measured, accepts the third and does not deliver it,
/// delivers the fourth twice, and erases nothing.
/// </summary>
internal sealed class BadApp : IAsyncDisposable
{
    private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeApp? _app;
    private int _pushes;

    public string Url => _app!.Url;

    /// <summary>Ends when a message after all of those was pushed.</summary>
    public Task Served => _served.Task;

    public static async Task<BadApp> StartAsync()
    {
        var bad = new BadApp();
        bad._app = await FakeApp.StartAsync(bad.AnswerAsync);
        return bad;
    }

    public ValueTask DisposeAsync() => _app!.DisposeAsync();

    private Task AnswerAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("POST", "/api/push") => PushAsync(context),
        ("GET", "/api/poll") => PollAsync(context),
        ("POST", "/api/token") => ProblemAsync(context, "not-implemented", StatusCodes.Status501NotImplemented),
        ("DELETE", "/api/mailbox") => ProblemAsync(context, "forbidden", StatusCodes.Status403Forbidden),
        _ => NothingAsync(context),
    };

    private async Task PushAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        var number = Interlocked.Increment(ref _pushes);
        var id = $"{number}";

        // The first one is not measured: it opens the mailbox.
        switch (number)
        {
            case 3:
                await ProblemAsync(context, "storage-unavailable", StatusCodes.Status503ServiceUnavailable);
                return;
            case 4:
                break;
            case 5:
                Deliver(id, text);
                Deliver(id, text);
                break;
            case 6:
                _served.SetResult();
                goto default;
            default:
                Deliver(id, text);
                break;
        }

        var recipient = context.Request.Query["rcpt"];
        await FakeApp.AnswerAsync(
            context,
            $$"""{"accepted":[{"rcpt":"{{recipient}}","id":"{{id}}","expires":"2026-01-08T00:00:00.000Z"}]}""",
            StatusCodes.Status202Accepted);
    }

    private void Deliver(string id, string text) => Assert.True(_messages.Writer.TryWrite(
        $$"""
        {"id":"{{id}}","time":"2026-01-01T00:00:00.000Z","deliveries":1,"contentType":"text/plain","receipt":"r-{{id}}",
         "text":{{JsonSerializer.Serialize(text)}}}
        """));

    private async Task PollAsync(HttpContext context)
    {
        var message = await _messages.Reader.ReadAsync(context.RequestAborted);
        await FakeApp.AnswerAsync(context, $$"""{"messages":[{{message}}]}""");
    }

    private static Task ProblemAsync(HttpContext context, string code, int status) => FakeApp.AnswerAsync(
        context,
        $$"""{"type":"urn:funccomet:{{code}}","title":"…","status":{{status}},"detail":"…"}""",
        status,
        "application/problem+json");

    private static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
