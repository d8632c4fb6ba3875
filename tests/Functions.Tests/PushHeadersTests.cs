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

        await problem.ExecuteAsync(request.HttpContext);
        var body = JsonDocument.Parse(((MemoryStream)request.HttpContext.Response.Body).ToArray()).RootElement;
        Assert.Equal(parameter, body.GetProperty("parameter").GetString());
        Assert.Contains(range, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
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
