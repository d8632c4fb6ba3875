namespace FuncComet.Browser.Tests;

/// <summary>The demo page: messages that are due later, are taken back or are put off.</summary>
public sealed class LaterTests(DemoSite site) : IClassFixture<DemoSite>
{
    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task SendInTenSeconds_WhenItIsTakenBack_IsNotDelivered(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await demo.SendAsync("Alice", "To be taken back", "In 10 s");
        await demo.Sent("Alice", "To be taken back").Way.UntilTextHasAsync("due in 10 s");

        await demo.ClickAsync("Alice", "Take back");

        await demo.Sent("Alice", "To be taken back").Way.UntilTextAsync("taken back");
        await (demo.Sent("Alice", "To be taken back") with { Part = "button" }).UntilHiddenAsync();
        Assert.Equal(0, await site.Mailboxes.CountAsync("bob"));
        Assert.Empty(await demo.ComplaintsAsync());
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task SendInTenSeconds_WhenItIsTakenBackTooLate_SaysSo(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await demo.SendAsync("Alice", "To be kept", "In 10 s");
        await demo.Received("Bob", "To be kept").UntilCountAsync(1);

        await demo.ClickAsync("Alice", "Take back");

        await demo.Sent("Alice", "To be kept").Way.UntilTextAsync("too late for Bob");
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send_ToAPersonWhoIsBusy_IsPutOffAndComesAgain(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await demo.ClickAsync("Bob", "Be busy");
        await demo.SendAsync("Alice", "When you have time");
        await demo.Received("Bob", "When you have time").Way.UntilTextHasAsync("put off for 10 s");

        await demo.ClickAsync("Bob", "Be busy");

        await demo.Received("Bob", "When you have time").Way.UntilTextHasNotAsync("put off");
        await demo.Received("Bob", "When you have time").Way.UntilTextHasAsync("delivery 2");
        await site.Mailboxes.UntilNothingIsLeftAsync("bob");
        Assert.Empty(await demo.ComplaintsAsync());
    }
}
