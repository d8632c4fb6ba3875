using FuncComet.Functions.Requests;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Functions.Tests;

public sealed class HttpFunctionTests
{
    [Theory]
    [InlineData("500", 3_900, 204)]
    [InlineData("500", 4_100, 400)]
    [InlineData("5000", 4_100, 204)]
    [InlineData("5000", 5_100, 400)]
    public async Task Answer_ToALongQuery_KeepsToTheSetting_ButNotBelowItsMinimum(string setting, int length, int expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create($"{RequestLimitOptions.SectionName}:MaxQueryLength", (string?)setting)])
            .Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddAnnotatedOptions<RequestLimitOptions>(RequestLimitOptions.SectionName)
            .BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = "GET";
        context.Request.QueryString = new QueryString("?x=".PadRight(length, 'x'));

        await HttpFunction.AnswerAsync(context.Request, ("GET", _ => Task.FromResult<IResult>(TypedResults.NoContent()))).Bounded();

        Assert.Equal(expected, context.Response.StatusCode);
    }
}
