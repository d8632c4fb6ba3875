using FuncComet.Functions.Tokens.Vault;

namespace FuncComet.Functions.Tests.Tokens.Vault;

public sealed class KeyRotationTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // The ages of the enabled versions, which are also their names, as d.hh:mm.
    [Theory]
    [InlineData("", "", null)]
    [InlineData("0.00:01", "0.00:01", "0.00:01")]
    [InlineData("0.00:20", "0.00:20", "0.00:20")]
    [InlineData("0.00:14 3.00:00", "0.00:14 3.00:00", "3.00:00")]
    [InlineData("0.00:15 3.00:00", "0.00:15 3.00:00", "0.00:15")]
    [InlineData("3.00:00 0.00:15", "0.00:15 3.00:00", "0.00:15")]
    [InlineData("0.01:00 3.00:00 9.00:00", "0.01:00 3.00:00", "0.01:00")]
    [InlineData("0.01:00 0.23:59 9.00:00", "0.01:00 0.23:59 9.00:00", "0.01:00")]
    [InlineData("0.01:00 1.00:00 9.00:00", "0.01:00 1.00:00", "0.01:00")]
    [InlineData("0.00:10 0.00:20 9.00:00", "0.00:10 0.00:20 9.00:00", "0.00:20")]
    [InlineData("0.00:05 0.00:10 9.00:00", "0.00:05 0.00:10 9.00:00", "9.00:00")]
    [InlineData("0.00:05 0.00:10", "0.00:05 0.00:10", "0.00:10")]
    public void Choose_AcceptsTwoAndTheRecentlySuperseded_AndSignsWithTheNewestThatEveryInstanceKnows(
        string enabled, string accepted, string? signing)
    {
        var chosen = KeyRotation.Choose(
            enabled.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(age => new KeyVersion(age, Now - TimeSpan.Parse(age, System.Globalization.CultureInfo.InvariantCulture))),
            Now);

        Assert.Equal(accepted, string.Join(' ', chosen.Accepted.Select(version => version.Id)));
        Assert.Equal(signing, chosen.Signing?.Id);
    }
}
