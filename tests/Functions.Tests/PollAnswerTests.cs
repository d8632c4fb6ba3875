using System.Buffers;
using FuncComet.Functions.Poll;
using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FuncComet.Functions.Tests;

/// <summary>An answer whose time is over before its flush begins, which a client cannot cause at will.</summary>
public sealed class PollAnswerTests
{
    [Fact]
    public async Task WriteAsync_WhenTheLeaseEndsBeforeTheFlush_AbortsTheConnection_SoThatTheAnswerNeverLooksWhole()
    {
        using var lease = new CancellationTokenSource();
        var connection = new Connection();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(connection);

        var outcome = await new Answer(context, lease).WriteAsync([], lease.Token);

        Assert.Equal(WriteOutcome.Broken, outcome);
        Assert.True(connection.IsAborted);
    }

    [Fact]
    public async Task WriteAsync_WhenTheClientHasLeft_TouchesNothing_SinceTheHostMayReuseTheContext()
    {
        using var client = new CancellationTokenSource();
        var context = new DefaultHttpContext();
        var answer = new Answer(context, lease: client, client.Token);
        await client.CancelAsync();

        Assert.Equal(WriteOutcome.NotBegun, await answer.WriteAsync([], CancellationToken.None));

        Assert.Empty(context.Response.Headers);
        Assert.False(answer.IsWritten);
    }

    private sealed class Answer(HttpContext context, CancellationTokenSource lease, CancellationToken client = default)
        : HttpPollAnswer(context, new ClientAborted(client))
    {
        public bool IsWritten { get; private set; }

        protected override void Write(HttpResponse response, IReadOnlyList<LeasedMessage> messages)
        {
            IsWritten = true;
            response.BodyWriter.Write("hello"u8);
            lease.Cancel();
        }
    }

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}
