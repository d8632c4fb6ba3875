using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Rolling deployments change the signing key while clients poll: first the app accepts the new key, then it signs with it, then it
/// accepts no other. Each deployment starts a new instance, sends all clients there and ends the old instance.
/// </summary>
public sealed class RotationTests(Azurite azurite, ITestOutputHelper output) : IClassFixture<Azurite>
{
    private const string KeyA = "key-a-key-a-key-a-key-a-key-a-key-a-";
    private const string KeyB = "key-b-key-b-key-b-key-b-key-b-key-b-";
    private const int Busy = 10;
    private const int Quiet = 10;

    [Fact]
    public async Task Rotation_WithPollsHeld_DropsNoPollAndDeliversEveryMessageOnce()
    {
        await using var app = new RollingApp(azurite.ConnectionString);
        await app.DeployAsync(KeyA, previousKey: null);
        var tokenOfA = await app.AskForTokenAsync("probe");
        var tokenOfB = Jwt.Make(KeyB, "probe");
        Client[] clients = [.. Enumerable.Range(0, Busy + Quiet).Select(number => new Client(app, $"rotation-{number}"))];
        using var over = new CancellationTokenSource();
        var polling = Task.WhenAll(clients.Select(client => client.PollAsync(over.Token)));
        var pushing = app.PushAsync(Busy, over.Token);

        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Unauthorized), await ProbeAsync());
        await app.DeployAsync(KeyA, previousKey: KeyB);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), await ProbeAsync());
        await app.DeployAsync(KeyB, previousKey: KeyA);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), await ProbeAsync());
        await app.DeployAsync(KeyB, previousKey: null);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NoContent), await ProbeAsync());

        await over.CancelAsync();
        await pushing.Bounded();
        foreach (var client in clients)
        {
            await app.PushOneAsync(client.Recipient, Client.LastMessage);
        }

        await polling.Bounded();
        var answers = clients.SelectMany(client => client.Answers).CountBy(answer => answer);
        var counts = string.Join(", ", answers.Select(count => $"{count.Key} × {count.Value}"));
        output.WriteLine($"{app.Pushed.Count} messages; answers: {counts}");
        Assert.Empty(app.RefusedPushes);
        Assert.All(clients, client => Assert.Empty(client.Answers.Except([HttpStatusCode.OK, HttpStatusCode.NoContent])));

        // Each of the three instances that were ended held a poll of each quiet client, and answered it.
        Assert.All(clients.Skip(Busy), client => Assert.Equal(3, client.Answers.Count(answer => answer == HttpStatusCode.NoContent)));
        Assert.Equal(app.Pushed.Order(StringComparer.Ordinal), clients.SelectMany(client => client.Received).Order(StringComparer.Ordinal));

        async Task<(HttpStatusCode WithTokenOfA, HttpStatusCode WithTokenOfB)> ProbeAsync() =>
            (await app.ProbeAsync(tokenOfA), await app.ProbeAsync(tokenOfB));

        // Returns after 50 more messages at the earliest.
        Task AllHeldAsync()
        {
            var pushed = app.Pushed.Count + 50;
            return Await.UntilAsync(
                () => clients.All(client => client.IsAt(app.Current)) && app.Pushed.Count >= pushed,
                "every client's poll at the current instance");
        }
    }

    private sealed record Instance(int Phase, LocalHostProcess Host, ApiClient Client);

    /// <summary>An app behind one address. Each deployment starts a new instance and ends the old one.</summary>
    private sealed class RollingApp(string storage) : IAsyncDisposable
    {
        // A front end stops sending requests to an instance some time before it ends the instance.
        private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

        private readonly ConcurrentQueue<Instance> _instances = new();
        private volatile Instance? _current;

        public Instance Current => _current!;

        public ConcurrentQueue<string> Pushed { get; } = new();

        public ConcurrentQueue<HttpStatusCode> RefusedPushes { get; } = new();

        public async Task DeployAsync(string signingKey, string? previousKey)
        {
            var host = await LocalHostProcess.StartAsync(
                ["--port", "0", "--storage", storage],
                new Dictionary<string, string>
                {
                    ["FuncComet__Token__Required"] = "true",
                    ["FuncComet__Token__SigningKey"] = signingKey,
                    ["FuncComet__Token__PreviousKey"] = previousKey ?? "",
                });
            var old = _current;
            var next = new Instance((old?.Phase ?? 0) + 1, host, new ApiClient(host.Url));
            _instances.Enqueue(next);
            _current = next;
            if (old is not null)
            {
                await Task.Delay(Drain, TestContext.Current.CancellationToken);
                old.Host.Terminate();
                await old.Host.WaitForExitAsync(TimeSpan.FromSeconds(15));
                Assert.Equal(0, old.Host.ExitCode);
            }
        }

        public async Task<string> AskForTokenAsync(string recipient)
        {
            using var answer = await Current.Client.SendAsync(HttpMethod.Post, $"token?rcpt={recipient}");
            var token = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            return token.GetProperty("token").GetString()!;
        }

        /// <summary>Polls with this token and returns the status.</summary>
        public async Task<HttpStatusCode> ProbeAsync(string token)
        {
            using var answer = await Current.Client.SendAsync(
                HttpMethod.Get, "poll?rcpt=probe&timeout=0", ("Authorization", $"Bearer {token}"));
            return answer.StatusCode;
        }

        public async Task PushAsync(int recipients, CancellationToken over)
        {
            for (var number = 0; !over.IsCancellationRequested; number++)
            {
                await PushOneAsync($"rotation-{number % recipients}", $"message {number}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public async Task PushOneAsync(string recipient, string text)
        {
            using var answer = await Current.Client.PushAsync(recipient, text);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                Pushed.Enqueue($"{recipient}: {text}");
            }
            else
            {
                RefusedPushes.Enqueue(answer.StatusCode);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var instance in _instances)
            {
                instance.Client.Dispose();
                await instance.Host.DisposeAsync();
            }
        }
    }

    /// <summary>A client that polls in a loop. It asks for a new token before its token is two deployments old.</summary>
    private sealed class Client(RollingApp app, string recipient)
    {
        public const string LastMessage = "the last";

        private volatile Instance? _polled;
        private (string Text, int Phase)? _token;

        public string Recipient => recipient;

        public ConcurrentQueue<HttpStatusCode> Answers { get; } = new();

        public ConcurrentQueue<string> Received { get; } = new();

        public bool IsAt(Instance instance) => _polled == instance;

        /// <summary>Polls until the last message has come.</summary>
        public async Task PollAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested || !Received.Contains($"{recipient}: {LastMessage}"))
            {
                var instance = app.Current;
                if (_token is not { } known || known.Phase < instance.Phase - 1)
                {
                    _token = (await app.AskForTokenAsync(recipient), instance.Phase);
                }

                var poll = instance.Client.SendAsync(
                    HttpMethod.Get, $"poll?rcpt={recipient}&timeout=120", ("Authorization", $"Bearer {_token.Value.Text}"));
                _polled = instance;
                using var answer = await poll;
                Answers.Enqueue(answer.StatusCode);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Received.Enqueue($"{recipient}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
                }
            }
        }
    }
}
