using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// A deployment under load. Every accepted message is delivered, and without delay, since no message stays under the lease of a poll
/// that has ended. Runs alone, because it measures how long the end takes under as much load as the machine bears.
/// </summary>
[Collection(Alone.Name)]
public sealed class ShutdownTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const int Recipients = 20;

    // Longer than this test waits, so that it fails if a message is not given back.
    private static readonly Dictionary<string, string> LongLeases = new() { ["FuncComet__Mailbox__PlainLease"] = "00:10:00" };

    private readonly ConcurrentDictionary<string, int> _accepted = new();
    private readonly ConcurrentDictionary<string, int> _received = new();
    private readonly ConcurrentBag<string> _wrong = [];
    private int _served;

    [Fact]
    public async Task Stop_UnderLoad_LosesNothingAndLeavesNothingLeased()
    {
        await using var old = await StartAsync();
        await using var next = await StartAsync();
        using var atOld = new ApiClient(old.Url);
        using var atNext = new ApiClient(next.Url);
        using var end = new CancellationTokenSource();
        var load = Enumerable.Range(0, Recipients)
            .SelectMany(number => new[] { PushAsync(atOld, $"shutdown-{number}"), PollAsync(atOld, $"shutdown-{number}", end.Token) })
            .ToList();
        await Await.UntilAsync(() => Volatile.Read(ref _served) > 10 * Recipients, "load");

        old.Send("TERM");
        await old.WaitForExitAsync(TimeSpan.FromSeconds(3 + 5));
        await Task.WhenAll(load).Bounded();

        // Every accepted message that was not delivered is visible to the next instance.
        var drain = Enumerable.Range(0, Recipients).Select(number => PollAsync(atNext, $"shutdown-{number}", end.Token)).ToList();
        await Await.UntilAsync(() => _accepted.Keys.All(_received.ContainsKey), "every accepted message");
        await end.CancelAsync();
        await Task.WhenAll(drain).Bounded();

        Assert.Equal(0, old.ExitCode);
        Assert.Empty(_wrong);
        Assert.DoesNotContain(old.Output, line => line.Contains("fail:", StringComparison.Ordinal));
        Assert.DoesNotContain(old.Output, line => line.Contains("crit:", StringComparison.Ordinal));
    }

    private Task<LocalHostProcess> StartAsync() =>
        LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString], LongLeases);

    // Ends when the instance no longer answers.
    private async Task PushAsync(ApiClient client, string recipient)
    {
        for (var number = 0; ; number++)
        {
            var text = $"{recipient}: {number}";
            try
            {
                using var pushed = await client.PushAsync(recipient, text);
                if (pushed.StatusCode == HttpStatusCode.Accepted)
                {
                    _accepted[text] = 1;
                }
                else
                {
                    _wrong.Add($"push: {pushed.StatusCode}");
                }
            }
            catch (Exception ex) when (ex is HttpRequestException or SocketException)
            {
                return;
            }
        }
    }

    // Ends when the instance no longer answers, or when the test ends.
    private async Task PollAsync(ApiClient client, string recipient, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var polled = await client.PollAndLeaveAsync(recipient, timeout: 60, end);
                if (polled.StatusCode == HttpStatusCode.OK)
                {
                    var text = await polled.Content.ReadAsStringAsync(CancellationToken.None);
                    var deliveries = polled.Headers.GetValues("Comet-Deliveries").Single();
                    Interlocked.Increment(ref _served);
                    if (_received.AddOrUpdate(text, 1, (_, times) => times + 1) > 1 && deliveries == "1")
                    {
                        _wrong.Add($"'{text}' came twice, unmarked");
                    }
                }
                else if (polled.StatusCode != HttpStatusCode.NoContent)
                {
                    _wrong.Add($"poll: {polled.StatusCode}");
                }
            }
            catch (Exception ex) when (ex is HttpRequestException or SocketException
                || (ex is OperationCanceledException && end.IsCancellationRequested))
            {
                return;
            }
        }
    }
}
