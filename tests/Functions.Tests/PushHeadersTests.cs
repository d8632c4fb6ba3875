using System.Text.Json;
using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Functions.Tests;

public sealed class PushHeadersTests
{
    private static readonly RequestLimitOptions Limits = new() { MaxContentTypeLength = 30, MaxKeyLength = 8 };

    [Theory]
    [InlineData(30, 8)]
    [InlineData(1, 1)]
    public void TryRead_WhenBothAreWithinTheirLimits_ReturnsThem(int contentTypeLength, int keyLength)
    {
        var request = Request(contentTypeLength, keyLength);

        Assert.True(PushHeaders.TryRead(request, Limits, out var contentType, out var key, out _));
        Assert.Equal((contentTypeLength, keyLength), (contentType.Length, key!.Length));
    }

    [Theory]
    [InlineData(31, 8, "Content-Type", "at most 30 printable ASCII characters")]
    [InlineData(30, 9, "Idempotency-Key", "1 to 8 visible ASCII characters")]
    public async Task TryRead_WhenOneIsOverItsLimit_NamesItAndTheLimit(int contentTypeLength, int keyLength, string parameter, string range)
    {
        var request = Request(contentTypeLength, keyLength);

        Assert.False(PushHeaders.TryRead(request, Limits, out _, out _, out var problem));

        var (_, body) = await AnswerAsync(request, problem);
        Assert.Equal(parameter, body.GetProperty("parameter").GetString());
        Assert.Contains(range, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type", "text/plain", "text/html")]
    [InlineData("Content-Type", "text/plain", "text/plain")]
    [InlineData("Content-Type", "text/plain, text/html")]
    [InlineData("Content-Type", "nonsense, nonsense")]
    [InlineData("Content-Type", "", "text/plain")]
    [InlineData("Idempotency-Key", "a", "b")]
    [InlineData("Idempotency-Key", "a", "a")]
    [InlineData("Idempotency-Key", "a, b")]
    public async Task TryRead_WhenOneIsGivenTwice_NamesIt(string name, params string[] values)
    {
        var request = Request(1, 1);
        request.Headers[name] = values;

        Assert.False(PushHeaders.TryRead(request, new RequestLimitOptions(), out _, out _, out var problem));

        var (status, body) = await AnswerAsync(request, problem);
        Assert.Equal(400, status);
        Assert.Equal(name, body.GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("text/plain; x=\"a, b\"")]
    [InlineData("text/plain; x=\"a\\\", b\"; y=z")]
    public void TryRead_WhenTheContentTypeHasACommaInQuotes_ReturnsIt(string expected)
    {
        var request = Request(1, 1);
        request.ContentType = expected;

        Assert.True(PushHeaders.TryRead(request, new RequestLimitOptions(), out var contentType, out _, out _));
        Assert.Equal(expected, contentType);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    [InlineData("identity", "gzip")]
    [InlineData("aws-chunked")]
    public async Task TryRead_WhenTheBodyHasAContentCoding_Answers415(params string[] codings)
    {
        var request = Request(1, 1);
        request.Headers.ContentEncoding = codings;

        Assert.False(PushHeaders.TryRead(request, new RequestLimitOptions(), out _, out _, out var problem));

        var (status, body) = await AnswerAsync(request, problem);
        Assert.Equal(415, status);
        Assert.Equal("urn:funccomet:unsupported-encoding", body.GetProperty("type").GetString());
        Assert.Equal("Content-Encoding", body.GetProperty("parameter").GetString());
        Assert.Equal("identity", request.HttpContext.Response.Headers.AcceptEncoding);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity, identity")]
    [InlineData("")]
    public void TryRead_WhenTheBodyHasNoContentCoding_Succeeds(string codings)
    {
        var request = Request(1, 1);
        request.Headers.ContentEncoding = codings;

        Assert.True(PushHeaders.TryRead(request, new RequestLimitOptions(), out _, out _, out _));
    }

    private static async Task<(int Status, JsonElement Body)> AnswerAsync(HttpRequest request, IResult problem)
    {
        var response = request.HttpContext.Response;
        await problem.ExecuteAsync(request.HttpContext);
        return (response.StatusCode, JsonElement.Parse(((MemoryStream)response.Body).ToArray()));
    }

    private static HttpRequest Request(int contentTypeLength, int keyLength)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Response.Body = new MemoryStream();
        context.Request.ContentType = new string('t', contentTypeLength);
        context.Request.Headers["Idempotency-Key"] = new string('k', keyLength);
        return context.Request;
    }
}
