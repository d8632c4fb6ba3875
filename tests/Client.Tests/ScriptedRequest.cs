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

    /// <summary>The length of the query, with the question mark.</summary>
    public int QueryLength { get; } = request.RequestUri!.Query.Length;

    public byte[] Body => body;

    /// <summary>Whether the client has cancelled the request.</summary>
    public bool IsCancelled => cancelled.IsCancellationRequested;

    /// <summary>Returns a header's value; null if the request does not have it.</summary>
    public string? Header(string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values)
        || request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true
            ? values.ToString()
            : null;

    /// <summary>Answers 204, as after a timeout, or with Retry-After as an instance that stops.</summary>
    public void AnswerNothing(string? retryAfter = null) => Answer(HttpStatusCode.NoContent, header: RetryAfter(retryAfter));

    /// <summary>Answers a push with a stored copy for each of these recipients.</summary>
    public void AnswerAccepted(params IEnumerable<string> recipients) =>
        AnswerJson(HttpStatusCode.Accepted, $$"""{"accepted":[{{Copies(recipients)}}]}""");

    /// <summary>Answers a push with a problem: copies for some recipients are stored, and <paramref name="failed"/> has none.</summary>
    public void AnswerFailed(string failed, params IEnumerable<string> accepted) => AnswerProblem(
        HttpStatusCode.ServiceUnavailable,
        "mailbox-full",
        $$""","accepted":[{{Copies(accepted)}}],"failed":[{"rcpt":"{{failed}}","type":"urn:funccomet:mailbox-full"}]""");

    /// <summary>
    /// Answers a push with the problem of a limit: of <paramref name="failed"/> or, if it is null, of the instance, which stores nothing.
    /// </summary>
    public void AnswerLimited(string? failed, string retryAfter, params IEnumerable<string> accepted) => AnswerProblem(
        HttpStatusCode.TooManyRequests,
        "too-many-requests",
        failed is null
            ? ""
            : $$""","accepted":[{{Copies(accepted)}}],"failed":[{"rcpt":"{{failed}}","type":"urn:funccomet:too-many-requests"}]""",
        RetryAfter(retryAfter));

    /// <summary>Answers with messages of these ids, the receipts <c>r-…</c> and the texts <c>text of …</c>.</summary>
    public void AnswerMessages(params IEnumerable<string> ids) =>
        AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{string.Join(',', ids.Select(id => Message(id)))}}]}""");

    /// <summary>Answers with a message for each of these receipts.</summary>
    public void AnswerReceipts(IEnumerable<string> receipts) => AnswerJson(
        HttpStatusCode.OK,
        $$"""{"messages":[{{string.Join(',', receipts.Select(receipt => Message($"of-{receipt}", receipt: receipt)))}}]}""");

    public void AnswerMessage(string id, string key, string? receipt = null) =>
        AnswerJson(HttpStatusCode.OK, $$"""{"messages":[{{Message(id, key, receipt)}}]}""");

    /// <summary>The values of a parameter in the query.</summary>
    public IEnumerable<string> ValuesOf(string parameter) => Line
        .Split('?', '&')
        .Where(pair => pair.StartsWith($"{parameter}=", StringComparison.Ordinal))
        .Select(pair => pair[(parameter.Length + 1)..]);

    /// <summary>Answers a renewal: the new receipts are the old ones with an <c>n</c> after them. Some leases are over.</summary>
    public void AnswerRenewed(params IReadOnlyCollection<string> expired) => AnswerJson(
        HttpStatusCode.OK,
        $$"""{"leases":[{{Leases(ValuesOf("receipt").Except(expired))}}],"expired":[{{Strings(expired)}}]}""");

    /// <summary>Answers a renewal of which the storage did a part.</summary>
    public void AnswerPartlyRenewed(IEnumerable<string> renewed, IEnumerable<string> failed) => AnswerProblem(
        HttpStatusCode.ServiceUnavailable,
        "storage-unavailable",
        $$""","leases":[{{Leases(renewed)}}],"expired":[],"failed":[{{Strings(failed)}}]""",
        RetryAfter("5"));

    /// <summary>Answers a renewal or a release: the leases of all its receipts are over.</summary>
    public void AnswerExpired() => AnswerProblem(
        HttpStatusCode.Gone, "receipt-expired", $$""","expired":[{{Strings(ValuesOf("receipt"))}}]""");

    /// <summary>Answers a release of all its receipts.</summary>
    public void AnswerReleased() => AnswerJson(
        HttpStatusCode.OK,
        $$"""{"leases":[{{string.Join(',', ValuesOf("receipt").Select(receipt => $$"""{"receipt":"{{receipt}}"}"""))}}],"expired":[]}""");

    public void AnswerProblem(HttpStatusCode status, string code, string more = "", (string Name, string Value)? header = null)
    {
        var json = $$"""{"type":"urn:funccomet:{{code}}","title":"…","status":{{(int)status}},"detail":"What to change."{{more}}}""";
        Answer(status, new StringContent(json, Encoding.UTF8, "application/problem+json"), header);
    }

    /// <summary>Answers with a transient problem.</summary>
    public void AnswerUnavailable(string? retryAfter = null) =>
        AnswerProblem(HttpStatusCode.ServiceUnavailable, "storage-unavailable", header: RetryAfter(retryAfter));

    public void AnswerJson(HttpStatusCode status, string json) =>
        Answer(status, new StringContent(json, Encoding.UTF8, "application/json"));

    public void Answer(
        HttpStatusCode status,
        HttpContent? content = null,
        (string Name, string Value)? header = null,
        DateTimeOffset? date = null)
    {
        var answer = new HttpResponseMessage(status) { Content = content, Headers = { Date = date } };
        if (header is var (name, value))
        {
            answer.Headers.Add(name, value);
        }

        _answer.SetResult(answer);
    }

    public void Break(Exception exception) => _answer.SetException(exception);

    private static (string Name, string Value)? RetryAfter(string? seconds) => seconds is null ? null : ("Retry-After", seconds);

    private static string Copies(IEnumerable<string> recipients) => string.Join(
        ',',
        recipients.Select(recipient => $$"""{"rcpt":"{{recipient}}","id":"1","expires":"2026-01-08T00:00:00.000Z"}"""));

    private static string Leases(IEnumerable<string> receipts) => string.Join(
        ',',
        receipts.Select(receipt => $$"""{"receipt":"{{receipt}}","renewed":"{{receipt}}n","expires":"2026-01-01T00:01:00.000Z"}"""));

    private static string Strings(IEnumerable<string> values) => string.Join(',', values.Select(value => $"\"{value}\""));

    private static string Message(string id, string? key = null, string? receipt = null) => $$"""
        {
          "id": "{{id}}",
          "time": "2026-01-01T00:00:00.000Z",
          "deliveries": 1,
          "contentType": "text/plain",
          "text": "text of {{id}}",
          "receipt": "{{receipt ?? $"r-{id}"}}"
          {{(key is null ? "" : $",\"key\":\"{key}\"")}}
        }
        """;
}
