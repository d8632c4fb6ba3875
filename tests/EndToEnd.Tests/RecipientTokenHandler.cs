using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>
/// Gives every poll and acknowledgement that has no token one of its recipient, as an application's server would. What the app issues no token for (a
/// malformed recipient, say) goes as it is.
/// </summary>
internal sealed class RecipientTokenHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, Task<string?>> _tokens = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if ((uri.AbsolutePath.EndsWith("/poll", StringComparison.Ordinal) || uri.AbsolutePath.EndsWith("/ack", StringComparison.Ordinal))
            && request.Headers.Authorization is null
            && !uri.Query.Contains("access_token", StringComparison.Ordinal)
            && Recipient(uri) is { } recipient
            && await _tokens.GetOrAdd(recipient, _ => AskAsync(request, recipient)) is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    // As it is written: a test may write it wrongly on purpose.
    private static string? Recipient(Uri uri) =>
        Array.Find(uri.Query.TrimStart('?').Split('&'), pair => pair.StartsWith("rcpt=", StringComparison.Ordinal))?["rcpt=".Length..];

    private async Task<string?> AskAsync(HttpRequestMessage request, string recipient)
    {
        var uri = request.RequestUri!;
        var address = $"{uri.GetLeftPart(UriPartial.Path)[..(uri.GetLeftPart(UriPartial.Path).LastIndexOf('/') + 1)]}token?rcpt={recipient}";
        using var ask = new HttpRequestMessage(HttpMethod.Post, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var header in request.Headers.NonValidated.Where(header => header.Key == "x-functions-key"))
        {
            ask.Headers.Add(header.Key, header.Value.ToString());
        }

        using var answer = await base.SendAsync(ask, CancellationToken.None);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString() : null;
    }
}
