using FuncComet.Mailboxes;
using Microsoft.Extensions.Configuration;

namespace FuncComet.Core.Tests;

internal static class StorageFor
{
    public static StorageOptions ConnectionString(string value) => Settings(("AzureWebJobsStorage", value));

    /// <summary>The options for these settings, whose names have ':' where environment variables have '__'.</summary>
    public static StorageOptions Settings(params (string Name, string Value)[] settings)
    {
        var options = new StorageOptions();
        var values = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        options.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        return options;
    }
}
