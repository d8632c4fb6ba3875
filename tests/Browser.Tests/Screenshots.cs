using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Takes the screenshots of the demo page for the documentation.</summary>
internal static class Screenshots
{
    private static readonly (string File, ColorScheme Colors, int Width, int Height)[] Pictures =
    [
        ("demo.png", ColorScheme.Light, 1100, 860),
        ("demo-dark.png", ColorScheme.Dark, 1100, 860),
        ("demo-phone.png", ColorScheme.Light, 390, 844),
    ];

    public static async Task TakeAsync(string folder, TextWriter output)
    {
        await using var site = new Site();
        await site.InitializeAsync();
        foreach (var (file, colors, width, height) in Pictures)
        {
            var profile = await site.NewProfileAsync(Engine.Chromium, new ViewportSize { Width = width, Height = height });
            await using var demo = await Demo.OpenAsync(profile, site.Page);
            await demo.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = colors });
            await PlayAsync(demo);
            var path = Path.Combine(folder, file);
            await demo.Page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = true });
            await output.WriteLineAsync(path);
        }
    }

    private static async Task PlayAsync(Demo demo)
    {
        await SayAsync("Alice", "Bob", "Lunch at noon?");
        await SayAsync("Bob", "Alice", "Gladly. Where?");
        await demo.ClickAsync("Bob", "Go offline");
        await demo.UntilStateAsync("Bob", "Offline");
        await demo.SendAsync("Alice", "The place by the river.");
        await Task.Delay(TimeSpan.FromSeconds(2));
        await demo.ClickAsync("Bob", "Go offline");
        await ShownAsync("Bob", "The place by the river.");
        await SayAsync("Bob", "Alice", "Found it when I came back.");
        await demo.ShowRequestsAsync("Bob");

        async Task SayAsync(string from, string to, string text)
        {
            await demo.UntilStateAsync(to, "Connected");
            await demo.SendAsync(from, text);
            await ShownAsync(to, text);
        }

        Task ShownAsync(string to, string text) => demo.Received(to, text).UntilCountAsync(1);
    }
}
