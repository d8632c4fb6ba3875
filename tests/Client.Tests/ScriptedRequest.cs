using System.Net;
using System.Text;

namespace FuncComet.Client.Tests;

/// <summary>A request to a <see cref="ScriptedApp"/>.</summary>
internal sealed class ScriptedRequest(HttpRequestMessage request, byte[] body, CancellationToken cancelled)
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<HttpResponseMessage> Answered => _answer.Task;

    /// <summary>Method, path and query, such as <c>GET /api/poll?rcpt=alice</c>.</summary>
    public string Line { get; } = $"{request.Method} {request.RequestUri!.PathAndQuery}";

    public byte[] Body => body;

    /// <summary>Whether the client has cancelled the request.</summary>
    public bool IsCancelled => cancelled.IsCancellationRequested;

    /// <summary>Returns a header's value; null if the request does not have it.</summary>
    public string? Header(string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values)
        || request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true
            ? values.ToString()
            : null;

    /// <summary>Answers 204, as after a timeout.</summary>
    public void AnswerNothing() => Answer(HttpStatusCode.NoContent);

    /// <summary>Answers with messages of these ids, the receipts <c>r-…</c> and the texts <c>text of …</c>.</summary>
    public void AnswerMessages(params IEnumerable<string> ids) =>
        AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{string.Join(',', ids.Select(id => Message(id)))}}]}""");

    public void AnswerMessage(string id, string key) =>
        AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{Message(id, key)}}]}""");

    public void AnswerProblem(HttpStatusCode status, string code, string more = "", (string Name, string Value)? header = null)
    {
        var json = $$"""{"type":"urn:funccomet:{{code}}","title":"…","status":{{(int)status}},"detail":"What to change."{{more}}}""";
        Answer(status, new StringContent(json, Encoding.UTF8, "application/problem+json"), header);
    }

    /// <summary>Answers with a transient problem.</summary>
    public void AnswerUnavailable(string? retryAfter = null)
    {
        (string, string)? header = retryAfter is null ? null : ("Retry-After", retryAfter);
        AnswerProblem(HttpStatusCode.ServiceUnavailable, "storage-unavailable", header: header);
    }

    public void AnswerJson(HttpStatusCode status, string json) =>
        Answer(status, new StringContent(json, Encoding.UTF8, "application/json"));

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

    private static string Message(string id, string? key = null) => $$"""
        {
          "id": "{{id}}",
          "time": "2026-01-01T00:00:00.000Z",
          "deliveries": 1,
          "contentType": "text/plain",
          "text": "text of {{id}}",
          "receipt": "r-{{id}}"
          {{(key is null ? "" : $",\"key\":\"{key}\"")}}
        }
        """;
}
