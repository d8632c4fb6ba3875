using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>What <see cref="PresenceTests"/> and <see cref="PresenceTimeTests"/> have in common.</summary>
internal static class PresenceAsking
{
    /// <summary>Starts an instance whose pauses between two looks are at most 6 seconds.</summary>
    public static Task<LocalHostProcess> StartAsync(Azurite azurite, params (string Name, string Value)[] settings) =>
        LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            settings.Prepend(("FuncComet__Backoff__Maximum", "00:00:06")).ToDictionary(setting => setting.Item1, setting => setting.Item2));

    /// <summary>Pushes a message and receives it, so that the recipient has a mailbox.</summary>
    public static async Task ServeOnceAsync(ApiClient client, string recipient)
    {
        await client.PushAcceptedAsync(recipient, "first");
        using var answer = await client.PollAsync(recipient, timeout: 10);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Asks an instance whether the recipient waits, and whether it knows when they last did.</summary>
    public static async Task<(bool IsWaiting, bool WasSeen)> AskAsync(ApiClient client, string recipient)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, $"presence?rcpt={recipient}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.TextAsync());
        var presence = json.RootElement.GetProperty("presence")[0];
        return (presence.GetProperty("waiting").GetBoolean(), presence.GetProperty("lastSeen").ValueKind == JsonValueKind.String);
    }
}
