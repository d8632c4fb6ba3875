using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// The signing key is changed by rolling deployments while clients poll: the new key is accepted first, then signs, then is alone. Each deployment starts
/// a new instance, sends everybody there and ends the old one.
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
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Unauthorized), (await app.ProbeAsync(tokenOfA), await app.ProbeAsync(tokenOfB)));
        await app.DeployAsync(KeyA, previousKey: KeyB);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (await app.ProbeAsync(tokenOfA), await app.ProbeAsync(tokenOfB)));
        await app.DeployAsync(KeyB, previousKey: KeyA);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (await app.ProbeAsync(tokenOfA), await app.ProbeAsync(tokenOfB)));
        await app.DeployAsync(KeyB, previousKey: null);
        await AllHeldAsync();
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NoContent), (await app.ProbeAsync(tokenOfA), await app.ProbeAsync(tokenOfB)));

        await over.CancelAsync();
        await pushing.Bounded();
        foreach (var client in clients)
        {
            await app.PushOneAsync(client.Recipient, Client.LastMessage);
        }

        await polling.Bounded();
        var answers = clients.SelectMany(client => client.Answers).CountBy(answer => answer).Select(count => $"{count.Key} × {count.Value}");
        output.WriteLine($"{app.Pushed.Count} messages; answers: {string.Join(", ", answers)}");
        Assert.Empty(app.RefusedPushes);
        Assert.All(clients, client => Assert.Empty(client.Answers.Except([HttpStatusCode.OK, HttpStatusCode.NoContent])));

        // The polls of the quiet ones were held by each of the three instances that were ended.
        Assert.All(clients.Skip(Busy), client => Assert.Equal(3, client.Answers.Count(answer => answer == HttpStatusCode.NoContent)));
        Assert.Equal(app.Pushed.Order(StringComparer.Ordinal), clients.SelectMany(client => client.Received).Order(StringComparer.Ordinal));

        // And some messages on.
        Task AllHeldAsync()
        {
            var pushed = app.Pushed.Count + 50;
            return Await.UntilAsync(() => clients.All(client => client.IsAt(app.Current)) && app.Pushed.Count >= pushed, "every client's poll at the current instance");
        }
    }

    private sealed record Instance(int Phase, LocalHostProcess Host, ApiClient Client);

    /// <summary>An app behind one address that is deployed anew now and then.</summary>
    private sealed class RollingApp(string storage) : IAsyncDisposable
    {
        // A front end sends nothing more to an instance a while before it ends it.
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
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("token").GetString()!;
        }

        /// <summary>What a poll with this token is answered now.</summary>
        public async Task<HttpStatusCode> ProbeAsync(string token)
        {
            using var answer = await Current.Client.SendAsync(HttpMethod.Get, "poll?rcpt=probe&timeout=0", ("Authorization", $"Bearer {token}"));
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

    /// <summary>A client that polls in a loop, with a token that it gets anew before it is two deployments old.</summary>
    private sealed class Client(RollingApp app, string recipient)
    {
        public const string LastMessage = "the last";

        private volatile Instance? _polled;
        private (string Text, int Phase)? _token;

        public string Recipient => recipient;

        public ConcurrentQueue<HttpStatusCode> Answers { get; } = new();

        public ConcurrentQueue<string> Received { get; } = new();

        public bool IsAt(Instance instance) => _polled == instance;

        /// <summary>Until the last message has come.</summary>
        public async Task PollAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested || !Received.Contains($"{recipient}: {LastMessage}"))
            {
                var instance = app.Current;
                if (_token is not { } known || known.Phase < instance.Phase - 1)
                {
                    _token = (await app.AskForTokenAsync(recipient), instance.Phase);
                }

                var poll = instance.Client.SendAsync(HttpMethod.Get, $"poll?rcpt={recipient}&timeout=120", ("Authorization", $"Bearer {_token.Value.Text}"));
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
