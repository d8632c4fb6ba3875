using System.Text.Json;
using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests;

/// <summary>Pushes whose body the server stops reading.</summary>
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

    private async Task<(int Status, byte[] Body)> PushAsync(Exception broken)
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
