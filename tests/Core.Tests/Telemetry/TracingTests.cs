using System.Diagnostics;
using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Telemetry;
using FuncComet.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace FuncComet.Core.Tests.Telemetry;

/// <summary>Activities as they are exported. Other tests export activities too, so each test looks only at its own traces.</summary>
public sealed class TracingTests : IDisposable
{
    private readonly PollHarness _instance = new();
    private readonly List<Activity> _exported = [];
    private readonly TracerProvider _tracing;

    public TracingTests() => _tracing = Sdk.CreateTracerProviderBuilder()
        .AddSource(Tracing.SourceName)
        .AddInMemoryExporter(_exported)
        .Build();

    public void Dispose()
    {
        _tracing.Dispose();
        _instance.Dispose();
    }

    [Fact]
    public async Task Message_IsTracedFromItsPushToItsDelivery()
    {
        var (sender, receiver) = (NewTrace(), NewTrace());
        var message = Named.Message("hello");

        await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.Zero, sender).Bounded();
        var request = new PollRequest(_instance.Alice, TimeSpan.Zero) { Trace = receiver };
        await _instance.Poll.RunAsync(request, _instance.Answer, CancellationToken.None).Bounded();

        var push = Assert.Single(Exported(sender.TraceId));
        Assert.Equal(("push", ActivityKind.Producer, sender.SpanId), (push.OperationName, push.Kind, push.ParentSpanId));
        Assert.Equal(message.Id.ToString("N"), push.GetTagItem("messaging.message.id"));
        var poll = Assert.Single(Exported(receiver.TraceId));
        Assert.Equal(("poll", ActivityKind.Consumer, receiver.SpanId), (poll.OperationName, poll.Kind, poll.ParentSpanId));
        Assert.Equal("delivered", poll.GetTagItem("funccomet.poll.outcome"));
        var link = Assert.Single(poll.Links);
        Assert.Equal((push.TraceId, push.SpanId), (link.Context.TraceId, link.Context.SpanId));
    }

    [Fact]
    public async Task Poll_ThatDeliversSeveralMessages_LinksToThePushOfEach()
    {
        var (sender, receiver) = (NewTrace(), NewTrace());
        foreach (var text in new[] { "one", "two" })
        {
            await _instance.Push.SendAsync([_instance.Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.Zero, sender).Bounded();
        }

        var request = new PollRequest(_instance.Alice, TimeSpan.Zero) { Trace = receiver, Max = 32 };
        await _instance.Poll.RunAsync(request, _instance.Answer, CancellationToken.None).Bounded();

        var pushes = Exported(sender.TraceId);
        var poll = Assert.Single(Exported(receiver.TraceId));
        Assert.Equal(pushes.Select(push => push.SpanId).Order(BySpan), poll.Links.Select(link => link.Context.SpanId).Order(BySpan));
    }

    [Fact]
    public async Task Poll_WhenItsClientLeaves_IsNoError()
    {
        var receiver = NewTrace();
        using var clientAborted = new CancellationTokenSource();
        var request = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)) { Trace = receiver };
        var poll = _instance.Poll.RunAsync(request, _instance.Answer, clientAborted.Token);

        await clientAborted.CancelAsync();
        await poll.Bounded();

        var ended = Assert.Single(Exported(receiver.TraceId));
        Assert.Equal("client_gone", ended.GetTagItem("funccomet.poll.outcome"));
        Assert.Equal(ActivityStatusCode.Unset, ended.Status);
    }

    [Fact]
    public async Task StorageFailure_IsAnError()
    {
        var (sender, receiver) = (NewTrace(), NewTrace());
        _instance.Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        await _instance.Push.SendAsync([_instance.Alice], Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero, sender).Bounded();
        var request = new PollRequest(_instance.Alice, TimeSpan.Zero) { Trace = receiver };
        await _instance.Poll.RunAsync(request, _instance.Answer, CancellationToken.None).Bounded();

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(Exported(sender.TraceId)).Status);
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(Exported(receiver.TraceId)).Status);
    }

    [Fact]
    public async Task Push_WithoutATrace_BeginsOne_WhateverActivityIsCurrent()
    {
        // ASP.NET creates an activity for each request, which nothing samples.
        using var servers = new Activity("server").Start();
        var message = Named.Message("hello");

        await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        var push = Assert.Single(Exported(), activity => (string?)activity.GetTagItem("messaging.message.id") == message.Id.ToString("N"));
        Assert.Equal(default, push.ParentSpanId);
        Assert.NotEqual(servers.TraceId, push.TraceId);
    }

    [Fact]
    public async Task Push_WhenItIsNotSampled_StillPassesItsTraceOn()
    {
        var sender = NewTrace(ActivityTraceFlags.None);

        await _instance.Push.SendAsync([_instance.Alice], Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero, sender).Bounded();

        Assert.Empty(Exported(sender.TraceId));
        Assert.True(Envelope.TryDecode(Assert.Single(_instance.Queue.Texts), out var envelope));
        Assert.Matches($"^00-{sender.TraceId}-[0-9a-f]{{16}}-00$", envelope.Message.TraceParent);
    }

    private static Comparer<ActivitySpanId> BySpan { get; } =
        Comparer<ActivitySpanId>.Create((one, other) => string.CompareOrdinal(one.ToHexString(), other.ToHexString()));

    private static ActivityContext NewTrace(ActivityTraceFlags flags = ActivityTraceFlags.Recorded) =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);

    // All exports have ended when this is read.
    private List<Activity> Exported()
    {
        _tracing.Dispose();
        return _exported;
    }

    private IReadOnlyList<Activity> Exported(ActivityTraceId trace) => [.. Exported().Where(activity => activity.TraceId == trace)];
}
