using System.Text.RegularExpressions;
using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>Elements of a page or of one of its frames. They are read by a script, in each browser the same way.</summary>
/// <param name="Tab">The page.</param>
/// <param name="Frame">The title of the frame; null for the page itself.</param>
/// <param name="Selector">The CSS selector that tells them.</param>
/// <param name="Text">A part of their text.</param>
/// <param name="Part">The selector of a part of each, which is meant instead; null for the whole.</param>
internal sealed record Elements(IBrowserTab Tab, string? Frame, string Selector, string Text = "", string? Part = null)
{
    private const string Find =
        """
        ({ frame, selector, text, part }) => {
          const outer = frame && document.querySelector(`iframe[title="${frame}"]`);
          const page = frame ? outer?.contentDocument : document;
          const textOf = element => element.textContent.replace(/\s+/g, ' ').trim();
          const found = [...page?.querySelectorAll(selector) ?? []].filter(element => textOf(element).includes(text));
          const elements = part ? found.flatMap(element => [...element.querySelectorAll(part)]) : found;
          const hasFocus = element => element === page.activeElement && (!outer || outer === document.activeElement);
          const isVisible = element => element.checkVisibility();
          const isDisabled = element => element.disabled === true || element.ariaDisabled === 'true';
        """;

    /// <summary>The messages' ways: what is shown of each below its text.</summary>
    public Elements Way => this with { Part = ".way" };

    public Task<string[]> TextsAsync() => ReadAsync<string[]>("elements.map(textOf)");

    public Task UntilCountAsync(int count) => UntilAsync($"elements.length === {count}", $"{count} of them");

    public Task UntilFocusedAsync() => UntilAsync("elements.length === 1 && hasFocus(elements[0])", "the focus");

    public Task UntilDisabledAsync() => UntilAsync("elements.length === 1 && isDisabled(elements[0])", "disabled");

    public Task UntilEnabledAsync() => UntilAsync("elements.length === 1 && !isDisabled(elements[0])", "enabled");

    public Task UntilShownAsync() => UntilAsync("elements.length === 1 && isVisible(elements[0])", "shown");

    public Task UntilHiddenAsync() => UntilAsync("!elements.some(isVisible)", "hidden");

    public Task UntilTextAsync(string text) => UntilTextAsync(shown => shown == text, text);

    public Task UntilTextAsync(Regex pattern) => UntilTextAsync(pattern.IsMatch, $"{pattern}");

    public Task UntilTextHasAsync(string part) => UntilTextAsync(text => text.Contains(part, StringComparison.Ordinal), $"… {part} …");

    public Task UntilTextHasNotAsync(string part) =>
        UntilTextAsync(text => !text.Contains(part, StringComparison.Ordinal), $"something without {part}");

    /// <summary>Returns when there is one element, and its text is as expected.</summary>
    public async Task UntilTextAsync(Predicate<string> isExpected, string expected)
    {
        string[] shown = [];
        try
        {
            await Await.UntilAsync(async () => (shown = await TextsAsync()) is [var only] && isExpected(only), expected);
        }
        catch (TimeoutException ex)
        {
            throw new TimeoutException($"{Frame}: {Selector} {Text} {Part}: expected {expected}, but was: {string.Join(" | ", shown)}", ex);
        }
    }

    /// <summary>Whether the one element has the focus.</summary>
    public Task<bool> HasFocusAsync() => ReadAsync<bool>("elements.length === 1 && hasFocus(elements[0])");

    public Task FocusAsync() => ReadAsync<bool>("(outer?.focus(), elements[0].focus(), true)");

    /// <summary>What an expression says of the <c>elements</c>.</summary>
    public Task<T> ReadAsync<T>(string expression) => Tab.EvaluateAsync<T>(
        $"{Find} return {expression}; }}",
        new { frame = Frame, selector = Selector, text = Text, part = Part });

    private Task UntilAsync(string condition, string what) =>
        Await.UntilAsync(() => ReadAsync<bool>(condition), $"{Frame}: {Selector} {Text} {Part}: {what}");
}
