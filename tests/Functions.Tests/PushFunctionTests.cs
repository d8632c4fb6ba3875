using System.Text.Json;
using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using FuncComet.Pushing;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests;

/// <summary>Pushes that are refused before they reach Core.</summary>
public sealed class PushFunctionTests : IDisposable
{
    private readonly FakeQueueService _storage = new(TimeProvider.System);
    private readonly CoreInstance _instance;

    public PushFunctionTests() => _instance = new CoreInstance(TimeProvider.System, _storage);

    public void Dispose() => _instance.Dispose();

    [Theory]
    [InlineData(400, "bad-parameter")]
    [InlineData(408, "request-timeout")]
    [InlineData(413, "message-too-large")]
    public async Task Run_WhenTheServerRefusesTheBody_KeepsItsStatus(int status, string code)
    {
        var (answered, body) = await PushAsync(new BadHttpRequestException("from the server", status));

        Assert.Equal(status, answered);
        var problem = JsonElement.Parse(body);
        Assert.Equal($"urn:funccomet:{code}", problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("body", problem.GetProperty("parameter").GetString());
        Assert.DoesNotContain("from the server", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhenTheConnectionBreaks_AnswersNothing() => Assert.Equal((200, []), await PushAsync(new IOException("broken")));

    [Fact]
    public async Task Run_AboveTheInstancesLimit_RefusesBeforeItReadsTheBody()
    {
        using var limits = Limits(new PushLimitOptions { PushesPerMinute = 1 });
        var broken = new IOException("The body was read.");
        Assert.Equal((200, []), await PushAsync(broken, limits));

        var (status, body) = await PushAsync(broken, limits);

        Assert.Equal(429, status);
        var problem = JsonElement.Parse(body);
        Assert.Equal("urn:funccomet:too-many-requests", problem.GetProperty("type").GetString());
        Assert.Equal(
            "This instance takes at most 1 pushes a minute. Try again after 60 seconds.", problem.GetProperty("detail").GetString());
        Assert.False(problem.TryGetProperty("failed", out _));
    }

    private PushLimits Limits(PushLimitOptions options) => new(Options.Create(options), _instance.Get<FuncCometMetrics>());

    private async Task<(int Status, byte[] Body)> PushAsync(Exception broken)
    {
        using var limits = Limits(new PushLimitOptions());
        return await PushAsync(broken, limits);
    }

    private async Task<(int Status, byte[] Body)> PushAsync(Exception broken, PushLimits limits)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().AddOptions().BuildServiceProvider() };
        context.Request.Method = "POST";
        context.Request.QueryString = new QueryString("?rcpt=alice");
        context.Request.Body = new BrokenBody(broken);
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        var function = new PushFunction(
            _instance.Get<MessagePush>(),
            _instance.Get<MessageRecall>(),
            limits,
            Options.Create(new RequestLimitOptions()),
            TimeProvider.System);

        await function.RunAsync(context.Request).Bounded();

        return (context.Response.StatusCode, answer.ToArray());
    }

    private sealed class BrokenBody(Exception broken) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(broken);
    }
}
