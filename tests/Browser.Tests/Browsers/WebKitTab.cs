using System.Text.Json;
using FuncComet.Testing;
using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;
using OpenQA.Selenium.Remote;

namespace FuncComet.Browser.Tests;

/// <summary>A tab of WebKitGTK, by its handle.</summary>
internal sealed class WebKitTab(WebKitProfile profile, string handle) : IBrowserTab
{
    // The driver does not tell what is in the console, so the page and its frames tell it.
    private const string Watch =
        """
        () => {
          window.complaints = [];
          for (const page of [window, ...Array.from(window.frames)]) {
            page.addEventListener('error', ({ message }) => window.complaints.push(message));
            page.addEventListener('unhandledrejection', ({ reason }) => window.complaints.push(String(reason)));
            page.addEventListener('securitypolicyviolation', ({ violatedDirective }) => window.complaints.push(violatedDirective));
            for (const kind of ['error', 'warn']) {
              page.console[kind] = (...words) => window.complaints.push(words.join(' '));
            }
          }
        }
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Begins to collect complaints. What the page has said while it was loaded is not among them.</summary>
    public Task WatchAsync() => EvaluateAsync<object?>(Watch);

    public async Task<IReadOnlyCollection<string>> ComplaintsAsync() => await EvaluateAsync<string[]>("() => window.complaints");

    public async Task<T> EvaluateAsync<T>(string function, object? argument = null)
    {
        var script =
            $$"""
            const [argument, done] = arguments;
            (async () => ({{function}})(JSON.parse(argument)))().then(
              value => done(JSON.stringify({ value: value ?? null })),
              error => done(JSON.stringify({ error: String(error) })));
            """;
        var json = await DoAsync(session => (string)session.ExecuteAsyncScript(script, JsonSerializer.Serialize(argument, Json))!);
        var answer = JsonSerializer.Deserialize<Answer<T>>(json, Json)!;
        return answer.Error is null ? answer.Value : throw new InvalidOperationException($"The function failed: {answer.Error}");
    }

    public Task UntilAsync(string function, object? argument = null) =>
        Await.UntilAsync(() => EvaluateAsync<bool>($"async argument => !!await ({function})(argument)", argument), function);

    public Task ClickButtonAsync(string? frame, string name) =>
        DoAsync(frame, $"//button[normalize-space()={Quoted(name)}]", button => button.Click());

    public Task ClickTextAsync(string frame, string text) =>
        DoAsync(frame, $"//*[text()[normalize-space()={Quoted(text)}]]", element => element.Click());

    public Task FillAsync(string frame, string label, string text) => DoAsync(frame, Labelled(label, "input"), field =>
    {
        field.Clear();
        field.SendKeys(text);
    });

    public Task SelectAsync(string frame, string label, string option) =>
        DoAsync(frame, $"{Labelled(label, "select")}/option[.={Quoted(option)}]", chosen => chosen.Click());

    public Task PressAsync(string key) => TypeAsync(key switch
    {
        "Tab" => Keys.Tab,
        "Enter" => Keys.Enter,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "This key has no name here yet."),
    });

    public Task TypeAsync(string text) => DoAsync(session =>
    {
        new Actions(session).SendKeys(text).Perform();
        return true;
    });

    public Task CloseAsync() => DoAsync(session =>
    {
        session.Close();
        return true;
    });

    private static string Labelled(string label, string tag) => $"//label[normalize-space(text())={Quoted(label)}]/{tag}";

    // XPath has no escapes, so each text has one of the two kinds of quotes at most.
    private static string Quoted(string text) => text.Contains('\'', StringComparison.Ordinal) ? $"\"{text}\"" : $"'{text}'";

    /// <summary>Does something with the one element that is shown, as soon as there is one.</summary>
    private Task DoAsync(string? frame, string path, Action<IWebElement> work) => Await.UntilAsync(
        () => DoAsync(session =>
        {
            var found = Frame(session, frame)?.FindElements(By.XPath(path)).Where(element => element.Displayed).ToArray();
            if (found is not [var only])
            {
                return false;
            }

            work(only);
            return true;
        }),
        $"one element of {frame ?? "the page"} at {path}");

    private static RemoteWebDriver? Frame(RemoteWebDriver session, string? title)
    {
        if (title is null)
        {
            return session;
        }

        if (session.FindElements(By.CssSelector($"iframe[title=\"{title}\"]")) is not [var frame])
        {
            return null;
        }

        session.SwitchTo().Frame(frame);
        return session;
    }

    private Task<T> DoAsync<T>(Func<RemoteWebDriver, T> work) => profile.DoAsync(handle, work);

    private sealed record Answer<T>(T Value, string? Error);
}
