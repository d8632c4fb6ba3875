using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>
/// Adds the recipient's token to every poll, acknowledgement and change of a lease that has none, as an application's server would. A
/// request goes out without a token if the app issues none, for example for a malformed recipient.
/// </summary>
internal sealed class RecipientTokenHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, Task<string?>> _tokens = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (uri.Segments[^1] is "poll" or "ack" or "lease"
            && request.Headers.Authorization is null
            && !uri.Query.Contains("access_token", StringComparison.Ordinal)
            && Recipient(uri) is { } recipient
            && await _tokens.GetOrAdd(recipient, _ => AskAsync(request, recipient)) is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    // Not decoded: some tests send malformed escapes on purpose.
    private static string? Recipient(Uri uri) =>
        Array.Find(uri.Query.TrimStart('?').Split('&'), pair => pair.StartsWith("rcpt=", StringComparison.Ordinal))?["rcpt=".Length..];

    private async Task<string?> AskAsync(HttpRequestMessage request, string recipient)
    {
        var function = request.RequestUri!.GetLeftPart(UriPartial.Path);
        var address = $"{function[..(function.LastIndexOf('/') + 1)]}token?rcpt={recipient}";
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var ask = new HttpRequestMessage(HttpMethod.Post, new Uri(address, options));
        foreach (var header in request.Headers.NonValidated.Where(header => header.Key == "x-functions-key"))
        {
            ask.Headers.Add(header.Key, header.Value.ToString());
        }

        using var answer = await base.SendAsync(ask, CancellationToken.None);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString() : null;
    }
}
