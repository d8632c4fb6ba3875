using System.CommandLine;

namespace FuncComet.Cli.Connection;

/// <summary>The options that every command has.</summary>
internal static class GlobalOptions
{
    public const string UrlVariable = "FUNCCOMET_URL";
    public const string KeyVariable = "FUNCCOMET_KEY";

    public static readonly Option<string?> Url = new("--url")
    {
        Description = $"The app's address, as https://….azurewebsites.net/api. Default: {UrlVariable}.",
        HelpName = "address",
        Recursive = true,
    };

    // No default value, which the help would show.
    public static readonly Option<string?> Key = new("--key")
    {
        Description = $"The function key. Default: {KeyVariable}, which other users of this machine cannot see in the list of processes.",
        HelpName = "function key",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON: one document, or one on each line where results come one after another.",
        Recursive = true,
    };

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(Url);
        root.Options.Add(Key);
        root.Options.Add(Json);
    }
}
