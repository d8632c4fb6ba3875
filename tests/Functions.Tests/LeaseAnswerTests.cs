using System.Text.Json;
using FuncComet.Functions.Lease;
using FuncComet.Mailboxes;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Functions.Tests;

public sealed class LeaseAnswerTests
{
    // Alice's, of every form. The lease of the last one ends at 03:05:05.
    private static readonly Receipt One = Read("ANXr5jXEzImHD4-tW9nLRp-hZXCGdyiVDm5vdCBiYXNlNjQh");
    private static readonly Receipt Two = Read("AQW6ywXtAhbmD4-tW9nLRp-hZXCGdyiVDgIAAAADAAAAAAAAAG_DlS5rZtYB");
    private static readonly Receipt Three = Read("AnTBMo-a9cP4D4-tW9nLRp-hZXCGdyiVDmlXNeFpVzYdbm90IGJhc2U2NCE");
    private static readonly Receipt Renewed = Read("A4xRLF6zfAMJD4-tW9nLRp-hZXCGdyiVDmlXNeFpVzYdAgAAAAMAAAAAAAAAb8OVLmtm1gE");

    private static readonly LeaseChange Changed = new(One, LeaseOutcome.Changed) { Renewed = Renewed };
    private static readonly LeaseChange Expired = new(Two, LeaseOutcome.Expired);
    private static readonly LeaseChange Failed = new(Three, LeaseOutcome.Failed) { Failure = new StorageUnavailableException("down") };

    [Fact]
    public async Task For_ARenewal_NamesTheOldAndTheNewReceipt_AndTheEndOfTheLease()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Expired, Changed], isRelease: false));

        Assert.Equal(200, status);
        Assert.Equal(["leases", "expired"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            $$"""[{"receipt":"{{One.Text}}","renewed":"{{Renewed.Text}}","expires":"2026-01-02T03:05:05.000Z"}]""",
            body.GetProperty("leases").GetRawText());
        Assert.Equal($"""["{Two.Text}"]""", body.GetProperty("expired").GetRawText());
    }

    [Fact]
    public async Task For_ARelease_NamesTheOldReceiptOnly()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Changed], isRelease: true));

        Assert.Equal(200, status);
        Assert.Equal($$"""{"leases":[{"receipt":"{{One.Text}}"}],"expired":[]}""", body.GetRawText());
    }

    [Fact]
    public async Task For_OnlyExpiredReceipts_IsGone()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Expired, Expired], isRelease: false));

        Assert.Equal(410, status);
        Assert.Equal("urn:funccomet:receipt-expired", body.GetProperty("type").GetString());
        Assert.Equal($"""["{Two.Text}","{Two.Text}"]""", body.GetProperty("expired").GetRawText());
    }

    [Fact]
    public async Task For_WhenTheStorageFailedForOne_HasTheRenewedReceiptsOfTheOthers()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Failed, Expired, Changed], isRelease: false));

        Assert.Equal(503, status);
        Assert.Equal("urn:funccomet:storage-unavailable", body.GetProperty("type").GetString());
        Assert.Equal(
            $$"""[{"receipt":"{{One.Text}}","renewed":"{{Renewed.Text}}","expires":"2026-01-02T03:05:05.000Z"}]""",
            body.GetProperty("leases").GetRawText());
        Assert.Equal($"""["{Two.Text}"]""", body.GetProperty("expired").GetRawText());
        Assert.Equal($"""["{Three.Text}"]""", body.GetProperty("failed").GetRawText());
    }

    [Fact]
    public async Task For_AReleaseOfWhichTheStorageFailedForOne_HasNoRenewedReceipts()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Changed, Failed], isRelease: true));

        Assert.Equal(503, status);
        Assert.Equal($$"""[{"receipt":"{{One.Text}}"}]""", body.GetProperty("leases").GetRawText());
        Assert.Equal("[]", body.GetProperty("expired").GetRawText());
    }

    [Fact]
    public async Task For_ExpiredAndFailedReceipts_IsUnavailable()
    {
        var (status, body) = await ExecuteAsync(LeaseAnswer.For([Expired, Failed], isRelease: false));

        Assert.Equal(503, status);
        Assert.Equal("[]", body.GetProperty("leases").GetRawText());
    }

    private static Receipt Read(string text) =>
        Receipt.TryParse(text, Named.Recipient("alice"), out var receipt) ? receipt : throw new FormatException(text);

    private static async Task<(int Status, JsonElement Body)> ExecuteAsync(IResult result)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Response.Body = body;
        await result.ExecuteAsync(context);
        return (context.Response.StatusCode, JsonDocument.Parse(body.ToArray()).RootElement);
    }
}
