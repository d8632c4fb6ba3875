using System.Net;
using System.Net.Http.Headers;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>The handler that compares answers with openapi.yaml refuses every answer that is not in the document.</summary>
public sealed class ContractHandlerTests
{
    private const string Json = "application/problem+json";
    private const string TooManyPolls = """{"type":"urn:funccomet:too-many-polls","title":"t","status":503,"detail":"d"}""";
    private const string UnheardOf = """{"type":"urn:funccomet:unheard-of","title":"t","status":503,"detail":"d"}""";
    private const string WithoutDetail = """{"type":"urn:funccomet:too-many-polls","title":"t","status":503}""";
    private const string WrongStatus = """{"type":"urn:funccomet:too-many-polls","title":"t","status":500,"detail":"d"}""";
    private const string NotAllowed = """{"type":"urn:funccomet:method-not-allowed","title":"t","status":405,"detail":"d"}""";

    [Fact]
    public async Task AnAnswerOfTheDocument_PassesUnderItsName()
    {
        using var answer = await AnswerAsync("GET", "poll", 503, TooManyPolls, Json, "Retry-After", "5");

        Assert.Equal("GET /poll 503 too-many-polls", ContractHandler.NameOf(answer));
        Assert.Equal(TooManyPolls, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Retry-After", "1")]
    [InlineData("Other", "5")]
    public async Task AHeaderThatAnAnswerDefinesForItself_NeedNotBeThere(string header, string value)
    {
        using var answer = await AnswerAsync("GET", "poll", 204, "", Json, header, value);

        Assert.Equal("GET /poll 204", ContractHandler.NameOf(answer));
    }

    [Theory]
    [InlineData("poll", 500, TooManyPolls, Json, "Retry-After", "5", "GET /poll 500 is not in openapi.yaml")]
    [InlineData("poll", 404, TooManyPolls, Json, "Retry-After", "5", "GET /poll 404 is not in openapi.yaml")]
    [InlineData("nowhere", 503, TooManyPolls, Json, "Retry-After", "5", "GET /nowhere 503 is not in openapi.yaml")]
    [InlineData("push", 401, TooManyPolls, Json, "Retry-After", "5", "GET /push 401 is not in openapi.yaml")]
    [InlineData("health", 503, TooManyPolls, Json, "Retry-After", "5", "/type Expected")]
    [InlineData("poll", 503, UnheardOf, Json, "Retry-After", "5", "/type Expected")]
    [InlineData("poll", 503, WithoutDetail, Json, "Retry-After", "5", "Required properties [\"detail\"]")]
    [InlineData("poll", 503, WrongStatus, Json, "Retry-After", "5", "/status Expected")]
    [InlineData("poll", 503, TooManyPolls, "text/html", "Retry-After", "5", "is never 'text/html'")]
    [InlineData("poll", 503, TooManyPolls, Json, "Retry-After", "soon", "Retry-After of GET /poll 503 is not as")]
    [InlineData("poll", 503, TooManyPolls, Json, "Other", "5", "must have Retry-After")]
    [InlineData("poll", 204, "", Json, "Retry-After", "5", "Retry-After of GET /poll 204 is not as")]
    [InlineData("poll", 200, "", "text/plain", "Retry-After", "1", "does not have Retry-After")]
    [InlineData("poll", 204, "a body", Json, "Other", "5", "has no body")]
    public async Task AnyOtherAnswer_IsRefused(
        string path, int status, string body, string contentType, string header, string value, string why)
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() =>
            AnswerAsync("GET", path, status, body, contentType, header, value));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A405_ForAMethodOutsideTheDocument_Passes()
    {
        using var answer = await AnswerAsync("PUT", "mailbox", 405, NotAllowed, Json, "Allow", "GET, DELETE");

        Assert.Equal("PUT /mailbox 405 method-not-allowed", ContractHandler.NameOf(answer));
    }

    [Theory]
    [InlineData("PUT", "GET", "allows other methods")]
    [InlineData("PUT", "GET, DELETE, PATCH", "allows other methods")]
    [InlineData("GET", "GET, DELETE", "is not in openapi.yaml")]
    public async Task A405_WithTheWrongMethods_IsRefused(string method, string allow, string why)
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() =>
            AnswerAsync(method, "mailbox", 405, NotAllowed, Json, "Allow", allow));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends a request that gets the given answer, with the headers that every answer has and one more.</summary>
    private static async Task<HttpResponseMessage> AnswerAsync(
        string method, string path, int status, string body, string contentType, string header, string value)
    {
        var content = new StringContent(body, MediaTypeHeaderValue.Parse(contentType));
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = content };
        answer.Headers.Add("Cache-Control", "no-store, no-transform");
        answer.Headers.Add("X-Accel-Buffering", "no");
        answer.Headers.Add("X-Content-Type-Options", "nosniff");
        answer.Headers.Add("Content-Security-Policy", "sandbox");
        answer.Headers.Add("Access-Control-Expose-Headers", "Retry-After");
        HttpHeaders headers = header == "Allow" ? answer.Content.Headers : answer.Headers;
        headers.TryAddWithoutValidation(header, value);
        var api = new Uri("http://localhost/api/");
        using var client = new HttpClient(new ContractHandler(api, new Answering(answer))) { BaseAddress = api };
        return await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);
    }

    private sealed class Answering(HttpResponseMessage answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            answer.RequestMessage = request;
            return Task.FromResult(answer);
        }
    }
}
