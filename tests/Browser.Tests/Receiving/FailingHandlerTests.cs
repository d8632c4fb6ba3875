namespace FuncComet.Browser.Tests;

public sealed class FailingHandlerTests(Site site)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 30).Select(number => $"{number}")];

    [Theory, InEachBrowser]
    public async Task Subscribe_WhenTheHandlerThrowsOnEveryThirdMessage_DeliversThoseAgain(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await tab.SubscribeAsync(recipient, failing: true);

        await site.Mailboxes.PushAllAsync(recipient, Messages);

        await tab.UntilReceivedAsync(30);
        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        Assert.Equal(Messages, (await tab.ReceivedAsync()).OrderBy(int.Parse));
    }
}
