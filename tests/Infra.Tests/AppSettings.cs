using System.Reflection;
using FuncComet.Functions.Poll;
using FuncComet.Mailboxes;

namespace FuncComet.Infra.Tests;

/// <summary>The settings that the app reads: one for each property of its options classes.</summary>
internal static class AppSettings
{
    private const string SectionField = "SectionName";

    // StorageOptions reads settings whose names are shared with the Functions host; it is bound by hand.
    private static readonly Type[] OptionsClasses =
    [
        .. from type in typeof(MailboxOptions).Assembly.GetTypes().Concat(typeof(PollOptions).Assembly.GetTypes())
           where type is { IsPublic: true, IsAbstract: false } && type != typeof(StorageOptions)
           where type.Name.EndsWith("Options", StringComparison.Ordinal)
           select type,
    ];

    /// <summary>The property of each setting, by the setting's name in the environment.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Properties { get; } = new Dictionary<string, PropertyInfo>(
        from type in OptionsClasses
        let section = (string)type.GetField(SectionField)!.GetRawConstantValue()!
        from property in type.GetProperties()
        where property.SetMethod is { IsPublic: true }
        select KeyValuePair.Create($"{section.Replace(":", "__", StringComparison.Ordinal)}__{property.Name}", property));
}
