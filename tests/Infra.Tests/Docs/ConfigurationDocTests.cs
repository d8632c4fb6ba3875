using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.Infra.Tests.Docs;

/// <summary>The settings table of docs/configuration.md and the options classes agree.</summary>
public sealed partial class ConfigurationDocTests
{
    // Read by StorageOptions, which is bound by hand.
    private static readonly string[] StorageSettings = ["AzureWebJobsStorage", "FuncComet__Storage"];

    private static readonly Dictionary<string, (string Default, string Range)> Rows = new(
        from line in File.ReadAllLines(Path.Combine(RepositoryRoot.Folder, "docs", "configuration.md"))
        where Setting().IsMatch(line)
        let cells = line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()
        select KeyValuePair.Create(cells[0].Trim('`'), (cells[2], cells[3])));

    public static TheoryData<string> Settings => [.. AppSettings.Properties.Keys.Order(StringComparer.Ordinal)];

    // For a text, the table shows only a maximum length. It shows no pattern, and the length of a key is a rule of its options class. A
    // point in time has no range.
    public static TheoryData<string> SettingsWithRange =>
    [
        .. from setting in AppSettings.Properties
           where setting.Value.PropertyType != typeof(DateTimeOffset?)
           where setting.Value.PropertyType != typeof(string) || setting.Value.IsDefined(typeof(StringLengthAttribute))
           orderby setting.Key
           select setting.Key,
    ];

    [Fact]
    public void Table_HasEverySettingThatTheAppReads_AndNoOther()
    {
        Assert.Equal(
            AppSettings.Properties.Keys.Concat(StorageSettings).Order(StringComparer.Ordinal),
            Rows.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Table_HasTheDefaultOfTheOptions(string setting)
    {
        var property = AppSettings.Properties[setting];
        var value = property.GetValue(Activator.CreateInstance(property.DeclaringType!));

        if (value is null or "")
        {
            Assert.DoesNotContain("`", Rows[setting].Default, StringComparison.Ordinal);
        }
        else
        {
            Assert.StartsWith($"`{Written(value)}`", Rows[setting].Default, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(SettingsWithRange))]
    public void Table_HasTheRangeOfTheOptions(string setting)
    {
        Assert.StartsWith(RangeOf(AppSettings.Properties[setting]), Rows[setting].Range, StringComparison.Ordinal);
    }

    private static string RangeOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string))
        {
            return $"1 to {property.GetCustomAttribute<StringLengthAttribute>()!.MaximumLength} characters";
        }

        if (type == typeof(bool))
        {
            return "`true`, `false`";
        }

        if (type.IsEnum)
        {
            return string.Join(", ", Enum.GetNames(type).Select(name => $"`{name}`"));
        }

        var range = property.GetCustomAttribute<RangeAttribute>();
        Assert.True(range is not null, $"{property.DeclaringType!.Name}.{property.Name} has no range.");
        return type == typeof(TimeSpan)
            ? $"`{Written(TimeOf(range.Minimum))}` to `{Written(TimeOf(range.Maximum))}`"
            : range.MinimumIsExclusive
                ? string.Create(CultureInfo.InvariantCulture, $"more than {range.Minimum:#,0.#}, up to {range.Maximum:#,0.#}")
            : string.Create(CultureInfo.InvariantCulture, $"{range.Minimum:#,0.#} to {range.Maximum:#,0.#}");
    }

    // The limits of the attribute are strings until it has checked a value.
    private static TimeSpan TimeOf(object limit) => limit as TimeSpan? ?? TimeSpan.Parse((string)limit, CultureInfo.InvariantCulture);

    private static string Written(object value) => value switch
    {
        true => "true",
        false => "false",
        TimeSpan { Milliseconds: 0 } time => time.ToString("c", CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\| `(FuncComet__|AzureWebJobsStorage`)")]
    private static partial Regex Setting();
}
