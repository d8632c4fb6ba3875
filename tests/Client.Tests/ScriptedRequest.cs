using System.Net;
using System.Text;

namespace FuncComet.Client.Tests;

/// <summary>A request that was sent to a <see cref="ScriptedApp"/>.</summary>
internal sealed class ScriptedRequest(HttpRequestMessage request, byte[] body, CancellationToken cancelled)
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<HttpResponseMessage> Answered => _answer.Task;

    /// <summary>As <c>GET /api/poll?rcpt=alice</c>.</summary>
    public string Line { get; } = $"{request.Method} {request.RequestUri!.PathAndQuery}";

    public byte[] Body => body;

    /// <summary>Whether the client has given the request up.</summary>
    public bool IsGivenUp => cancelled.IsCancellationRequested;

    /// <summary>A header's value; null where there is none.</summary>
    public string? Header(string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) || request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true ? values.ToString() : null;

    public void AnswerNothing() => Answer(HttpStatusCode.NoContent);

    /// <summary>Messages with these ids, the receipts <c>r-…</c> and the texts <c>text of …</c>.</summary>
    public void AnswerMessages(params IEnumerable<string> ids) => AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{string.Join(',', ids.Select(id => Message(id)))}}]}""");

    public void AnswerMessage(string id, string key) => AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{Message(id, key)}}]}""");

    public void AnswerProblem(HttpStatusCode status, string code, string more = "", (string Name, string Value)? header = null) =>
        Answer(status, new StringContent($$"""{"type":"urn:funccomet:{{code}}","title":"…","status":{{(int)status}},"detail":"What to change."{{more}}}""", Encoding.UTF8, "application/problem+json"), header);

    /// <summary>A problem that passes.</summary>
    public void AnswerUnavailable(string? retryAfter = null) =>
        AnswerProblem(HttpStatusCode.ServiceUnavailable, "storage-unavailable", header: retryAfter is null ? null : ("Retry-After", retryAfter));

    public void AnswerJson(HttpStatusCode status, string json) => Answer(status, new StringContent(json, Encoding.UTF8, "application/json"));

    public void Answer(HttpStatusCode status, HttpContent? content = null, (string Name, string Value)? header = null)
    {
        var answer = new HttpResponseMessage(status) { Content = content };
        if (header is var (name, value))
        {
            answer.Headers.Add(name, value);
        }

        _answer.SetResult(answer);
    }

    public void Break(Exception exception) => _answer.SetException(exception);

    private static string Message(string id, string? key = null) =>
        $$"""{"id":"{{id}}","time":"2026-01-01T00:00:00.000Z","deliveries":1,"contentType":"text/plain","text":"text of {{id}}","receipt":"r-{{id}}"{{(key is null ? "" : $",\"key\":\"{key}\"")}}}""";
}
