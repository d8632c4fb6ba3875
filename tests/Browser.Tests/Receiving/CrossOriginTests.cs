using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>A page of one LocalHost receives from the functions of another LocalHost, which requires tokens.</summary>
public sealed class CrossOriginTests(Site site)
{
    [Theory, InEachBrowser]
    public async Task Subscribe_AtAnotherOrigin_ReceivesOnlyWithTheRecipientsToken(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var other = await site.StartHostAsync(withTokens: true, "--cors", site.Page.GetLeftPart(UriPartial.Authority));
        using var server = new HttpClient { BaseAddress = other.Url };
        var token = await TokenAsync(server, recipient);
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        var stranger = await Tab.OpenAsync(profile, site.Page);

        await stranger.SubscribeAsync(Site.NewRecipient(), $"{other.Url}", token, untilState: "refused");
        await tab.SubscribeAsync(recipient, $"{other.Url}", token);
        var content = new StringContent("from over there");
        using var pushed = await server.PostAsync($"push?rcpt={recipient}", content, TestContext.Current.CancellationToken).Bounded();

        await tab.UntilReceivedAsync(1);
        Assert.Equal(["from over there"], await tab.ReceivedAsync());
    }

    private static async Task<string> TokenAsync(HttpClient server, string recipient)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var issued = await server.PostAsync($"token?rcpt={recipient}", content: null, cancellationToken).Bounded();
        return (await issued.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString()!;
    }
}
