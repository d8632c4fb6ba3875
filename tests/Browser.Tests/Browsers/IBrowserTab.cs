namespace FuncComet.Browser.Tests;

/// <summary>
/// A tab, as a user and a script see it. A frame is told by its title, a button by its name, a field by its label; without a frame, it is
/// the page itself.
/// </summary>
internal interface IBrowserTab
{
    /// <summary>The page's errors and warnings.</summary>
    Task<IReadOnlyCollection<string>> ComplaintsAsync();

    /// <summary>Calls a function of JavaScript in the page, and waits for the promise that it may return.</summary>
    Task<T> EvaluateAsync<T>(string function, object? argument = null);

    /// <summary>Returns when a function of JavaScript returns something that is true.</summary>
    Task UntilAsync(string function, object? argument = null);

    Task ClickButtonAsync(string? frame, string name);

    /// <summary>Clicks what shows this text.</summary>
    Task ClickTextAsync(string frame, string text);

    Task FillAsync(string frame, string label, string text);

    Task SelectAsync(string frame, string label, string option);

    /// <summary>Presses a key, which goes to what has the focus, in a frame too.</summary>
    Task PressAsync(string key);

    /// <summary>Types a text with the keyboard.</summary>
    Task TypeAsync(string text);

    /// <summary>Closes the tab, as a user does: its page gets its last events.</summary>
    Task CloseAsync();
}
