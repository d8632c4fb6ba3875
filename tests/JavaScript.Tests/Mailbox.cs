using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.JavaScript.Tests;

/// <summary>A recipient's mailbox, as LocalHost counts it.</summary>
internal static class Mailbox
{
    /// <summary>Waits until no message is left: then none can be delivered again.</summary>
    public static async Task UntilEmptyAsync(Uri url, string recipient, string? functionKey = null)
    {
        using var http = new HttpClient { BaseAddress = url };
        if (functionKey is not null)
        {
            http.DefaultRequestHeaders.Add("x-functions-key", functionKey);
        }

        await Await.UntilAsync(async () => await CountAsync() == 0, "an empty mailbox");

        async Task<int> CountAsync()
        {
            var mailbox = await http.GetFromJsonAsync<JsonElement>($"mailbox?rcpt={recipient}", TestContext.Current.CancellationToken);
            return mailbox.GetProperty("messages").GetInt32();
        }
    }
}
