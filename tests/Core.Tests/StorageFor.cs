using FuncComet.Mailboxes;
using Microsoft.Extensions.Configuration;

namespace FuncComet.Core.Tests;

internal static class StorageFor
{
    public static StorageOptions ConnectionString(string value) => Settings(("AzureWebJobsStorage", value));

    /// <summary>As the settings would be read from the environment, with ':' for its '__'.</summary>
    public static StorageOptions Settings(params (string Name, string Value)[] settings)
    {
        var options = new StorageOptions();
        options.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build());
        return options;
    }
}
