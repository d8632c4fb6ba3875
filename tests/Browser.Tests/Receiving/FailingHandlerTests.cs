namespace FuncComet.Browser.Tests;

public sealed class FailingHandlerTests(Site site)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 30).Select(number => $"{number}")];

    [Fact]
    public async Task Subscribe_WhenTheHandlerThrowsOnEveryThirdMessage_DeliversThoseAgain()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var tab = await Tab.OpenAsync(browser, site.Page);
        await tab.SubscribeAsync(recipient, failing: true);

        await site.PushAllAsync(recipient, Messages);

        await tab.UntilReceivedAsync(30);
        await site.UntilNothingIsLeftAsync(recipient);
        Assert.Equal(Messages, (await tab.ReceivedAsync()).OrderBy(int.Parse));
    }
}
