using System.Text.RegularExpressions;

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
        ({ frame, selector, text, part, pattern }) => {
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

    public Task UntilTextAsync(string text) => UntilTextAsync("textOf(elements[0]) === pattern", text);

    /// <summary>Returns when the text of the one element matches. The pattern must mean the same in JavaScript.</summary>
    public Task UntilTextAsync(Regex pattern) => UntilTextAsync("new RegExp(pattern).test(textOf(elements[0]))", $"{pattern}");

    public Task UntilTextHasAsync(string part) => UntilTextAsync("textOf(elements[0]).includes(pattern)", part);

    public Task UntilTextHasNotAsync(string part) => UntilTextAsync("!textOf(elements[0]).includes(pattern)", part);

    /// <summary>Whether the one element has the focus.</summary>
    public Task<bool> HasFocusAsync() => ReadAsync<bool>("elements.length === 1 && hasFocus(elements[0])");

    public Task FocusAsync() => ReadAsync<bool>("(outer?.focus(), elements[0].focus(), true)");

    /// <summary>What an expression says of the <c>elements</c>.</summary>
    public Task<T> ReadAsync<T>(string expression) => Tab.EvaluateAsync<T>(Function(expression), Argument());

    private static string Function(string expression) => $"{Find} return {expression}; }}";

    private object Argument(string pattern = "") => new { frame = Frame, selector = Selector, text = Text, part = Part, pattern };

    private Task UntilTextAsync(string condition, string pattern) =>
        UntilAsync($"elements.length === 1 && {condition}", $"{condition}, where the pattern is {pattern}", pattern);

    private async Task UntilAsync(string condition, string what, string pattern = "")
    {
        try
        {
            await Tab.UntilAsync(Function(condition), Argument(pattern));
        }
        catch (TimeoutException ex)
        {
            var shown = string.Join(" | ", await TextsAsync());
            throw new TimeoutException($"{Frame}: {Selector} {Text} {Part}: this did not happen in time: {what}. It shows: {shown}", ex);
        }
    }
}
