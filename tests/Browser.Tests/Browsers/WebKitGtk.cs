using System.Diagnostics;
using System.Drawing;
using System.Net.Sockets;
using FuncComet.LocalHost;
using FuncComet.Testing;
using Microsoft.Playwright;
using OpenQA.Selenium;
using OpenQA.Selenium.Remote;
using Command = FuncComet.Testing.Command;

namespace FuncComet.Browser.Tests;

/// <summary>
/// The WebKitGTK for the tests: <c>WEBKIT_DRIVER_PATH</c>, or the WebKitWebDriver on PATH, or the one of the system's packages. The driver
/// starts the small browser that comes with it.
/// </summary>
internal sealed class WebKitGtk : IAsyncDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestCommand = TimeSpan.FromSeconds(60);

    private readonly Process _driver;

    private WebKitGtk(Process driver, RemoteWebDriver session) => (_driver, Session) = (driver, session);

    public static Installation Installation { get; } = new()
    {
        Name = "WebKitGTK with its driver and a virtual screen",
        PathVariable = "WEBKIT_DRIVER_PATH",
        Executables = ["WebKitWebDriver"],
        Probe = "--help",
        Packages = ["webkit2gtk-driver", "xvfb"],
        HasTheRest = () => Command.OnPath(Display.Executable).Any(),
    };

    public RemoteWebDriver Session { get; }

    /// <summary>Starts a driver and a browser. A driver has one browser, which has a profile of its own.</summary>
    public static async Task<WebKitGtk> StartAsync(string program, Display display, ViewportSize? size)
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo(program, [$"--port={port}"]) { Environment = { ["DISPLAY"] = display.Name } };
        var driver = Process.Start(start)!;
        try
        {
            var address = new Uri($"http://127.0.0.1:{port}");
            await UntilItListensAsync(address, driver);
            var session = await Task.Run(() => new RemoteWebDriver(address, new NoOptions().ToCapabilities(), LongestCommand));
            session.Manage().Timeouts().AsynchronousJavaScript = LongestCommand;
            if (size is not null)
            {
                session.Manage().Window.Size = new Size(size.Width, size.Height);
            }

            return new WebKitGtk(driver, session);
        }
        catch
        {
            await StopAsync(driver);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Run(Session.Dispose);
        await StopAsync(_driver);
    }

    private static async Task UntilItListensAsync(Uri address, Process driver)
    {
        using var http = new HttpClient();
        await Await.UntilAsync(AnswersAsync, "an answer of WebKitWebDriver");

        async Task<bool> AnswersAsync()
        {
            if (driver.HasExited)
            {
                throw new StartException($"WebKitWebDriver does not listen at {address}: it ended with code {driver.ExitCode}.");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(address, "status"));
                return true;
            }
            catch (Exception ex) when (ex is HttpRequestException or SocketException)
            {
                return false;
            }
        }
    }

    // It ends the browser too.
    private static async Task StopAsync(Process driver)
    {
        using (driver)
        {
            await driver.StopAsync(() => driver.Kill(entireProcessTree: true), LongestStop);
        }
    }

    /// <summary>The driver's own defaults: the browser that comes with it, in automation mode.</summary>
    private sealed class NoOptions : DriverOptions
    {
        public override ICapabilities ToCapabilities() => GenerateDesiredCapabilities(true).AsReadOnly();
    }
}
