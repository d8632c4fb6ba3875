namespace FuncComet.LocalHost.Tests;

/// <summary>Every mistake in local.settings.json is named in one line.</summary>
public sealed class LocalSettingsTests
{
    [Theory]
    [InlineData("""{"Values": {"": ""}}""", "file.json: Values: '' cannot be the name of a setting.")]
    [InlineData("""{"Values": {"A=B": ""}}""", "file.json: Values: 'A=B' cannot be the name of a setting.")]
    [InlineData("""{"Values": {"A\u0000B": ""}}""", "file.json: Values: 'A?B' cannot be the name of a setting.")]
    [InlineData("""{"Values": {"A": "\u0000"}}""", "file.json: Values.A has a NUL character, which no environment variable can have.")]
    [InlineData("""{"Values": {"A": {"B": "C"}}}""", "file.json: Values.A must be a string, a number, true or false.")]
    [InlineData("""{"Values": {"A": ["B"]}}""", "file.json: Values.A must be a string, a number, true or false.")]
    [InlineData("""{"Values": {"A": null}}""", "file.json: Values.A must be a string, a number, true or false.")]
    [InlineData("""{"Values": ["A"]}""", "file.json: Values must be an object.")]
    [InlineData("""{"Values": null}""", "file.json: Values must be an object.")]
    [InlineData("""{"Host": "*"}""", "file.json: Host must be an object.")]
    [InlineData("""{"Host": {"CORS": ["*"]}}""", "file.json: Host.CORS must be a string.")]
    [InlineData("""{"Host": {"CORSCredentials": "yes"}}""", "file.json: Host.CORSCredentials must be true or false.")]
    [InlineData(
        """{"IsEncrypted": true}""",
        "file.json: IsEncrypted is true, and only Core Tools can decrypt it: run 'func settings decrypt'.")]
    [InlineData("[]", "file.json: The file must be an object.")]
    public void Read_OfAWrongEntry_NamesIt(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<StartException>(() => LocalSettings.Read("file.json", text)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"Values": {"A": "\ud800"}}""")]
    [InlineData("""{"Values": {"\ud800": ""}}""")]
    [InlineData("""{"Values": {"A": "1", "A": "2"}}""")]
    [InlineData("""{"Values": {}, "Values": {}}""")]
    public void Read_OfWhatIsNoJson_SaysWhy(string text)
    {
        var message = Assert.Throws<StartException>(() => LocalSettings.Read("file.json", text)).Message;

        Assert.StartsWith("file.json cannot be read: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Read_ReturnsTheValuesAsCoreToolsDoes()
    {
        var (values, cors, credentials) = LocalSettings.Read(
            "file.json",
            """
            {
              // A comment, and a comma at the end.
              "IsEncrypted": false,
              "values": {"A": "text", "B": 5, "C": true, "D:E": "", "F__G": "=",},
              "Host": {"CORS": "*", "CORSCredentials": true, "LocalHttpPort": 7071}
            }
            """);

        Assert.Equal([("A", "text"), ("B", "5"), ("C", "true"), ("D:E", ""), ("F__G", "=")], values);
        Assert.Equal("*", cors);
        Assert.True(credentials);
    }

    [Fact]
    public void Read_OfAnEmptyObject_HasNothing()
    {
        var (values, cors, credentials) = LocalSettings.Read("file.json", "{}");

        Assert.Empty(values);
        Assert.Null(cors);
        Assert.False(credentials);
    }
}
