using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>The mailboxes of a LocalHost, as a server sees them.</summary>
internal sealed class Mailboxes(Uri functions) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = functions };

    public async Task PushAsync(string recipient, string text)
    {
        var content = new StringContent(text);
        using var accepted = await _http.PostAsync($"push?rcpt={recipient}", content, TestContext.Current.CancellationToken).Bounded();
        accepted.EnsureSuccessStatusCode();
    }

    /// <summary>Pushes the texts one after another.</summary>
    public async Task PushAllAsync(string recipient, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            await PushAsync(recipient, text);
        }
    }

    /// <summary>Returns when all messages of a recipient are acknowledged, after which none can be delivered again.</summary>
    public Task UntilNothingIsLeftAsync(string recipient) =>
        Await.UntilAsync(async () => await CountAsync(recipient) == 0, $"an empty mailbox of {recipient}");

    public async Task<int> CountAsync(string recipient) => (await GetAsync($"mailbox?rcpt={recipient}")).GetProperty("messages").GetInt32();

    /// <summary>Returns when the app says that a poll of a recipient is held, or that none is.</summary>
    public Task UntilWaitingAsync(string recipient, bool waiting) => Await.UntilAsync(
        async () => (await GetAsync($"mailbox?rcpt={recipient}")).GetProperty("waiting").GetBoolean() == waiting,
        $"waiting = {waiting} for {recipient}");

    public void Dispose() => _http.Dispose();

    private Task<JsonElement> GetAsync(string address) =>
        _http.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken).Bounded();
}
