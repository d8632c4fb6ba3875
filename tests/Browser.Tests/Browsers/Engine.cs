namespace FuncComet.Browser.Tests;

/// <summary>The browsers in which the checks run.</summary>
public enum Engine
{
    /// <summary>Chromium, or a browser that is made of it, by Playwright.</summary>
    Chromium,

    /// <summary>A Firefox as its maker ships it, best the extended support release, by Playwright over WebDriver BiDi.</summary>
    Firefox,

    /// <summary>WebKitGTK, by its own WebDriver. It is the only stock browser on Linux that has the engine of Safari.</summary>
    WebKitGtk,
}
