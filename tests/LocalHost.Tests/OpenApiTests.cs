using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>openapi.yaml has every answer that the app gives, and the app gives every answer of openapi.yaml.</summary>
public sealed class OpenApiTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const string Key = "openapi";

    [Fact]
    public async Task EveryAnswerOfTheDocument_IsGiven_AndNoOther()
    {
        await using var host = await StartAsync("true", new() { ["FuncComet__Token__SigningKey"] = "openapi-openapi-openapi-openapi-" });
        await using var small = await StartAsync(
            "false",
            new()
            {
                ["FuncComet__Limits__MaxHeldPolls"] = "1",
                ["FuncComet__Limits__PushesPerMinutePerRecipient"] = "2",
                ["FuncComet__Mailbox__MaxDepth"] = "1",
            });
        using var client = new Client(host.Url);
        using var smallClient = new Client(small.Url);

        await PushAsync(client);
        await RecallAsync(client);
        await PollAsync(client);
        await AcknowledgeAsync(client);
        await ChangeLeasesAsync(client);
        await IssueTokensAsync(client, smallClient);
        await ShowAndEmptyMailboxesAsync(client);
        await AskPresenceAsync(client);
        await OperateAsync(client);
        await HandleDeadLettersAsync(client);
        await CheckHealthAsync(client);
        await ReachLimitsAsync(smallClient);
        await AskForWhatIsNotThereAsync(client);
        await MissTheStorageAsync(client, smallClient);

        string[] beyondTheDocument =
        [
            .. from path in OpenApiDocument.Current.Operations.Select(operation => operation.Path).Distinct()
               select $"PATCH {path} 405 method-not-allowed",
            "GET /nowhere 404",
            "GET /poll 414",
        ];
        Assert.Equal(
            OpenApiDocument.Current.Answers.Concat(beyondTheDocument).Order(),
            client.Answered.Union(smallClient.Answered).Order());
    }

    [Fact]
    public async Task EveryRangeOfTheDocument_IsTheOneThatARefusalNames()
    {
        await using var host = await StartAsync("false", []);
        using var client = new Client(host.Url);
        var ranges = from operation in OpenApiDocument.Current.Operations
                     from range in operation.Ranges
                     select (operation, range);

        Assert.Equal(
            ["after", "delay", "lease", "max", "max", "max", "ttl", "ttl", "ttl"], ranges.Select(each => each.range.Parameter).Order());
        foreach (var (operation, (parameter, least, most)) in ranges)
        {
            using var refused = await client.SendAsync($"{operation.Method} {operation.Path[1..]}?rcpt=alice&{parameter}=x", key: Key);

            var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
            Assert.EndsWith($", {least} to {most}.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    private static async Task PushAsync(Client client)
    {
        await client.ExpectAsync("POST push?rcpt=alice&rcpt=bob&ttl=60&delay=1", "202 application/json", key: Key);
        await client.ExpectAsync("POST push", "400 bad-recipient", key: Key);
        await client.ExpectAsync("POST push?rcpt=alice&ttl=0", "400 bad-parameter", key: Key);
        await client.ExpectAsync("POST push?rcpt=alice", "401");
        await client.ExpectAsync("POST push?rcpt=alice", "401", key: "wrong");
        await client.ExpectStalledAsync("POST push?rcpt=alice", "408 request-timeout", key: Key);
        var tooLarge = new ByteArrayContent(new byte[48_001]);
        await client.ExpectAsync("POST push?rcpt=alice", "413 message-too-large", key: Key, content: tooLarge);
        using var coded = new ByteArrayContent([0x1F, 0x8B]);
        coded.Headers.ContentEncoding.Add("gzip");
        await client.ExpectAsync("POST push?rcpt=alice", "415 unsupported-encoding", key: Key, content: coded);
    }

    private static async Task RecallAsync(Client client)
    {
        var recall = await client.RecallHandleAsync("POST push?rcpt=recalled");
        await client.ExpectAsync($"DELETE push?rcpt=recalled&recall={recall}", "204", key: Key);
        await client.ExpectAsync($"DELETE push?rcpt=recalled&recall={recall}", "409 already-delivered", key: Key);
        await client.ExpectAsync("DELETE push?rcpt=recalled", "400 bad-parameter", key: Key);
        await client.ExpectAsync("DELETE push", "400 bad-recipient", key: Key);
        await client.ExpectAsync("DELETE push?rcpt=recalled", "401");
    }

    private static async Task PollAsync(Client client)
    {
        var token = await client.TokenAsync("poller");
        await client.ExpectAsync("POST push?rcpt=poller", "202 application/json", key: Key);
        await client.ExpectAsync("GET poll?rcpt=poller&lease=60", "200 */*", token);
        await client.ExpectAsync("POST push?rcpt=poller", "202 application/json", key: Key);
        await client.ExpectAsync("GET poll?rcpt=poller&lease=60&max=32", "200 application/json", token);
        await client.ExpectAsync("GET poll?rcpt=poller&timeout=0", "204", token);
        await client.ExpectAsync("GET poll?rcpt=poller", "204", token, preference: "wait=0");
        await client.ExpectAsync("GET poll", "400 bad-recipient", token);
        await client.ExpectAsync("GET poll?rcpt=poller&lease=4", "400 bad-parameter", token);
        await client.ExpectAsync("GET poll?rcpt=poller", "401 unauthorized");
        await client.ExpectAsync("GET poll?rcpt=poller", "401 unauthorized", token: "not.a.token");
        await client.ExpectAsync("GET poll?rcpt=neighbour", "403 forbidden", token);
    }

    private static async Task AcknowledgeAsync(Client client)
    {
        var token = await client.TokenAsync("late");
        await client.ExpectAsync("POST push?rcpt=late", "202 application/json", key: Key);
        var older = await client.LeaseAsync("GET poll?rcpt=late&lease=5", token);
        var newer = await client.LeaseAsync("GET poll?rcpt=late&lease=60&timeout=30", token);
        await client.ExpectAsync($"POST ack?rcpt=late&receipt={older}", "410 receipt-expired", token);
        await client.ExpectAsync($"GET poll?rcpt=late&timeout=0&ack={older}", "204", token);
        await client.ExpectAsync("POST push?rcpt=late", "202 application/json", key: Key);
        await client.ExpectAsync($"GET poll?rcpt=late&max=1&ack={older}", "200 application/json", token);
        await client.ExpectAsync($"POST ack?rcpt=late&receipt={newer}", "204", token);
        await client.ExpectAsync("POST ack", "400 bad-recipient", token);
        await client.ExpectAsync("POST ack?rcpt=late", "400 bad-parameter", token);
        await client.ExpectAsync("POST ack?rcpt=late", "401 unauthorized");
        await client.ExpectAsync("POST ack?rcpt=neighbour", "403 forbidden", token);
    }

    private static async Task ChangeLeasesAsync(Client client)
    {
        var token = await client.TokenAsync("holder");
        await client.ExpectAsync("POST push?rcpt=holder", "202 application/json", key: Key);
        var receipt = await client.LeaseAsync("GET poll?rcpt=holder&lease=60&timeout=30", token);
        await client.ExpectAsync($"POST lease?rcpt=holder&seconds=0&receipt={receipt}", "200 application/json", token);
        await client.ExpectAsync($"POST lease?rcpt=holder&seconds=0&receipt={receipt}", "410 receipt-expired", token);
        await client.ExpectAsync("POST lease", "400 bad-recipient", token);
        await client.ExpectAsync($"POST lease?rcpt=holder&receipt={receipt}", "400 bad-parameter", token);
        await client.ExpectAsync("POST lease?rcpt=holder", "401 unauthorized");
        await client.ExpectAsync("POST lease?rcpt=neighbour", "403 forbidden", token);
    }

    private static async Task IssueTokensAsync(Client client, Client withoutSigningKey)
    {
        await client.ExpectAsync("POST token?rcpt=alice", "200 application/json", key: Key);
        await client.ExpectAsync("POST token", "400 bad-recipient", key: Key);
        await client.ExpectAsync("POST token?rcpt=alice&ttl=59", "400 bad-parameter", key: Key);
        await client.ExpectAsync("POST token?rcpt=alice", "401");
        await withoutSigningKey.ExpectAsync("POST token?rcpt=alice", "501 tokens-not-configured", key: Key);
    }

    private static async Task ShowAndEmptyMailboxesAsync(Client client)
    {
        await client.ExpectAsync("GET mailbox?rcpt=alice", "200 application/json", key: Key);
        await client.ExpectAsync("GET mailbox", "400 bad-recipient", key: Key);
        await client.ExpectAsync("GET mailbox?rcpt=alice&other=%FF", "400 bad-parameter", key: Key);
        await client.ExpectAsync("GET mailbox?rcpt=alice", "401");
        await client.ExpectAsync("DELETE mailbox?rcpt=alice", "204", key: Key);
        await client.ExpectAsync("DELETE mailbox", "400 bad-recipient", key: Key);
        await client.ExpectAsync("DELETE mailbox?rcpt=alice&other=%FF", "400 bad-parameter", key: Key);
        await client.ExpectAsync("DELETE mailbox?rcpt=alice", "401");
    }

    private static async Task AskPresenceAsync(Client client)
    {
        await client.ExpectAsync("GET presence?rcpt=alice&rcpt=bob", "200 application/json", key: Key);
        await client.ExpectAsync("GET presence", "400 bad-recipient", key: Key);
        await client.ExpectAsync("GET presence?rcpt=alice&other=%FF", "400 bad-parameter", key: Key);
        await client.ExpectAsync("GET presence?rcpt=alice", "401");
        await client.ExpectAsync("POST push?rcpt=alice&presence=true", "202 application/json", key: Key);
        await client.ExpectAsync("POST push?rcpt=alice&presence=yes", "400 bad-parameter", key: Key);
    }

    private static async Task OperateAsync(Client client)
    {
        await client.ExpectAsync("GET mailboxes?counts=true", "200 application/json", key: Key);
        await client.ExpectAsync("GET mailboxes?after=x", "400 bad-parameter", key: Key);
        await client.ExpectAsync("GET mailboxes", "401");
        await client.ExpectAsync("GET mailbox/messages?rcpt=alice&bodies=true", "200 application/json", key: Key);
        await client.ExpectAsync("GET mailbox/messages", "400 bad-recipient", key: Key);
        await client.ExpectAsync("GET mailbox/messages?rcpt=alice&bodies=yes", "400 bad-parameter", key: Key);
        await client.ExpectAsync("GET mailbox/messages?rcpt=alice", "401");
        await client.ExpectAsync("GET about", "200 application/json", key: Key);
        await client.ExpectAsync("GET about?other=%FF", "400 bad-parameter", key: Key);
        await client.ExpectAsync("GET about", "401");
    }

    private static async Task HandleDeadLettersAsync(Client client)
    {
        foreach (var request in new[] { "GET deadletters", "DELETE deadletters", "POST deadletters/redrive" })
        {
            await client.ExpectAsync($"{request}?rcpt=alice", "200 application/json", key: Key);
            await client.ExpectAsync($"{request}?all=true", "200 application/json", key: Key);
            await client.ExpectAsync($"{request}?rcpt=", "400 bad-recipient", key: Key);
            await client.ExpectAsync($"{request}?all=true&after=x", "400 bad-parameter", key: Key);
            await client.ExpectAsync($"{request}?rcpt=alice", "401");
        }
    }

    private static async Task CheckHealthAsync(Client client)
    {
        await client.ExpectAsync("GET health", "200");
        await client.ExpectAsync("GET health?other=%FF", "400 bad-parameter");
    }

    private static async Task ReachLimitsAsync(Client client)
    {
        await client.ExpectAsync("POST push?rcpt=full", "202 application/json", key: Key);
        await client.ExpectAsync("POST push?rcpt=full&rcpt=other", "503 mailbox-full", key: Key);
        await client.ExpectAsync("POST push?rcpt=full&rcpt=one-more", "429 too-many-requests", key: Key);

        // The first to arrive is held and the other is refused.
        var polls = new[] { client.SendAsync("GET poll?rcpt=held&timeout=60"), client.SendAsync("GET poll?rcpt=held&timeout=60") };
        using var refused = await await Task.WhenAny(polls);
        await client.ExpectAsync("POST push?rcpt=held", "202 application/json", key: Key);
        var answers = await Task.WhenAll(polls).Bounded();
        Assert.Equal(["GET /poll 200 */*", "GET /poll 503 too-many-polls"], answers.Select(ContractHandler.NameOf).Order());
    }

    private static async Task AskForWhatIsNotThereAsync(Client client)
    {
        foreach (var path in OpenApiDocument.Current.Operations.Select(operation => operation.Path[1..]).Distinct())
        {
            await client.ExpectAsync($"PATCH {path}", "405 method-not-allowed", key: Key);
        }

        await client.ExpectAsync("GET nowhere", "404");
        await client.ExpectAsync($"GET poll?rcpt={new string('x', 10_000)}", "414");
    }

    private async Task MissTheStorageAsync(Client client, Client withoutEarlierHealth)
    {
        var token = await client.TokenAsync("outage");
        await client.ExpectAsync("POST push?rcpt=outage", "202 application/json", key: Key);
        var leased = await client.LeaseAsync("GET poll?rcpt=outage&lease=60", token);

        var recall = await client.RecallHandleAsync("POST push?rcpt=outage&delay=60");

        await azurite.StopAsync();

        await client.ExpectAsync("POST push?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync($"DELETE push?rcpt=outage&recall={recall}", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("GET poll?rcpt=outage", "503 storage-unavailable", token, preference: "wait=10");
        await client.ExpectAsync($"POST ack?rcpt=outage&receipt={leased}", "503 storage-unavailable", token);
        await client.ExpectAsync($"POST lease?rcpt=outage&seconds=60&receipt={leased}", "503 storage-unavailable", token);
        await client.ExpectAsync("GET mailbox?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("DELETE mailbox?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("DELETE mailbox?rcpt=outage&erase=true", "202 application/json", key: Key);
        await client.ExpectAsync("GET mailbox/messages?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("GET mailboxes", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("GET about", "200 application/json", key: Key);
        await client.ExpectAsync("GET presence?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("GET deadletters?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("DELETE deadletters?rcpt=outage", "503 storage-unavailable", key: Key);
        await client.ExpectAsync("POST deadletters/redrive?rcpt=outage", "503 storage-unavailable", key: Key);
        await withoutEarlierHealth.ExpectAsync("GET health", "503 storage-unavailable");
        await azurite.StartAgainAsync();
    }

    private Task<LocalHostProcess> StartAsync(string requireTokens, Dictionary<string, string> settings) =>
        LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString, "--enable-auth", Key],
            new Dictionary<string, string>(settings) { ["FuncComet__Token__Required"] = requireTokens });

    /// <summary>Throws at an answer that the document does not have, and remembers the others.</summary>
    private sealed class Client(Uri api) : IDisposable
    {
        private readonly HttpClient _http = new(new ContractHandler(api, new SocketsHttpHandler())) { BaseAddress = api };
        private readonly HttpClient _stalling = new(new ContractHandler(api, new StallingHandler())) { BaseAddress = api };
        private readonly ConcurrentDictionary<string, bool> _answered = [];

        public IEnumerable<string> Answered => _answered.Keys;

        /// <summary>Sends a request, written as a method, a space, and a path with its query below the API's address.</summary>
        public Task<HttpResponseMessage> SendAsync(
            string request, string? token = null, string? key = null, HttpContent? content = null, string? preference = null) =>
            SendAsync(_http, request, token, key, content, preference);

        private async Task<HttpResponseMessage> SendAsync(
            HttpClient http, string request, string? token, string? key, HttpContent? content, string? preference)
        {
            var parts = request.Split(' ');
            using var message = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
            message.Content = content;
            message.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            message.Headers.Add("x-functions-key", key is null ? [] : [key]);
            message.Headers.Add("Prefer", preference is null ? [] : [preference]);
            var answer = await http.SendAsync(message, TestContext.Current.CancellationToken);
            _answered[ContractHandler.NameOf(answer)] = true;
            return answer;
        }

        /// <summary>Sends a request and asserts the end of its answer's name: the status and what follows it.</summary>
        public async Task ExpectAsync(
            string request,
            string expected,
            string? token = null,
            string? key = null,
            HttpContent? content = null,
            string? preference = null)
        {
            using var answer = await SendAsync(request, token, key, content, preference);
            Assert.EndsWith($" {expected}", ContractHandler.NameOf(answer), StringComparison.Ordinal);
        }

        /// <summary>Sends a request whose body never comes, and asserts the end of its answer's name.</summary>
        public async Task ExpectStalledAsync(string request, string expected, string key)
        {
            using var answer = await SendAsync(_stalling, request, token: null, key, content: null, preference: null);
            Assert.EndsWith($" {expected}", ContractHandler.NameOf(answer), StringComparison.Ordinal);
        }

        /// <summary>Polls and returns the receipt.</summary>
        public async Task<string> LeaseAsync(string request, string token)
        {
            using var answer = await SendAsync(request, token);
            return Assert.Single(answer.Headers.GetValues("Comet-Receipt"));
        }

        /// <summary>Pushes and returns the recall handle.</summary>
        public async Task<string> RecallHandleAsync(string request)
        {
            using var answer = await SendAsync(request, key: Key);
            var pushed = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            return pushed.GetProperty("accepted")[0].GetProperty("recall").GetString()!;
        }

        public async Task<string> TokenAsync(string recipient)
        {
            using var answer = await SendAsync($"POST token?rcpt={recipient}", key: Key);
            var token = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            return token.GetProperty("token").GetString()!;
        }

        public void Dispose()
        {
            _http.Dispose();
            _stalling.Dispose();
        }
    }
}
