using System.Globalization;
using FuncComet.Mailboxes;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class MailboxMetadataTests
{
    private const string One = "0123456789abcdef0123456789abcdef";
    private const string Two = "123456789abcdef0123456789abcdef0";
    private const string Three = "23456789abcdef0123456789abcdef01";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_005);

    // Versions before read and write only the key "bell".
    [Fact]
    public void Of_KeepsTheFirstPresenceWhereEarlierVersionsReadIt()
    {
        var list = new PresenceList([Waits(One, 10), Waits(Two, 20), Waits(Three, 30)], Now);

        var metadata = MailboxMetadata.Of(Named.Recipient("alice"), list);

        Assert.Equal(
            [
                ("bell", $"{One}.1800000015"),
                ("bells", $"{Two}.1800000025,{Three}.1800000035"),
                ("recipient", "alice"),
                ("seen", "30000000"),
            ],
            metadata.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value)));
        Assert.Equal(list.All, MailboxMetadata.PresencesIn(metadata).All);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), MailboxMetadata.PresencesIn(metadata).Seen);
    }

    [Fact]
    public void Of_NobodyWhoHasEverWaited_IsTheRecipientOnly() =>
        Assert.Equal(["recipient"], MailboxMetadata.Of(Named.Recipient("alice"), PresenceList.None).Keys);

    [Fact]
    public void PresencesIn_MetadataOfAnEarlierVersion_HasItsPresence_SeenUntilItsEnd()
    {
        var read = MailboxMetadata.PresencesIn(new Dictionary<string, string> { ["bell"] = $"{One}.1800000125" });

        Assert.Equal([Waits(One, 120)], read.All);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_000_120), read.Seen);
    }

    [Fact]
    public void PresencesIn_MetadataOfSomebodyElse_LeavesOutWhatItCannotRead()
    {
        var metadata = new Dictionary<string, string>
        {
            ["bell"] = "../dead-letters.1800000125",
            ["bells"] = $",x,{Two}.1800000025,{Two}.1800000026,",
            ["seen"] = "99999999999999999",
        };

        Assert.Equal([Waits(Two, 20)], MailboxMetadata.PresencesIn(metadata).All);
        Assert.Equal(PresenceList.None, MailboxMetadata.PresencesIn(null));
        Assert.Equal(PresenceList.None, MailboxMetadata.PresencesIn(new Dictionary<string, string>()));
    }

    [Fact]
    public void ListOf_HasItsOwnFirst_AndEightOthersThatAreNotOver()
    {
        var numbers = Enumerable.Range(1, 10);
        var others = numbers.Select(number => Waits(number.ToString("x32", CultureInfo.InvariantCulture), number)).ToArray();

        var list = PresenceList.Of(Waits(One, 60), [Waits(One, 30), Waits(Two, 0), Waits(Three, -1), .. others], Now);

        Assert.Equal([Waits(One, 60), .. others[..8]], list.All);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), list.Seen);
    }

    private static Presence Waits(string instance, int seconds) => new(instance, Now.AddSeconds(seconds));
}
