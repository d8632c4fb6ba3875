using System.Net;
using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>LocalHost serves the files of the demo page with the right headers, and serves no other files.</summary>
public sealed class DemoFilesTests(Site site)
{
    [Theory]
    [InlineData("", "text/html; charset=utf-8")]
    [InlineData("person.html", "text/html; charset=utf-8")]
    [InlineData("style.css", "text/css; charset=utf-8")]
    [InlineData("stage.js", "text/javascript; charset=utf-8")]
    [InlineData("icon.svg", "image/svg+xml")]
    [InlineData("funccomet/index.js", "text/javascript; charset=utf-8")]
    public async Task Get_OfAFileOfThePage_HasItsTypeAndAStrictPolicy(string path, string type)
    {
        using var answer = await GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("package.json")]
    [InlineData("../package.json")]
    [InlineData("%2e%2e/package.json")]
    [InlineData("..%2fpackage.json")]
    [InlineData("..%5cpackage.json")]
    [InlineData("funccomet/../../package.json")]
    [InlineData("funccomet/%2e%2e/package.json")]
    [InlineData("funccomet/..%2fpackage.json")]
    [InlineData("funccomet//etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("funccomet/")]
    public async Task Get_OfAnyOtherFile_IsNotFound(string path)
    {
        using var answer = await GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    // Sends the path as it is; a normal Uri would normalize it.
    private async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var http = new HttpClient();
        var url = new Uri($"{site.Page}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return await http.GetAsync(url, TestContext.Current.CancellationToken).Bounded();
    }
}
