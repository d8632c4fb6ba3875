using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Versions;

/// <summary>
/// This version reads what every earlier one wrote, and writes what the newest file shows. If a test fails because you have changed a form,
/// do not change the file of a released version: add one for the version in Directory.Build.props.
/// </summary>
public sealed class VersionFileTests
{
    private static readonly Recipient Alice = Named.Recipient("alice");

    public static TheoryData<string> Versions => [.. VersionFile.All()];

    [Fact]
    public void Files_AreOfThisVersionAndEarlierOnes()
    {
        var built = typeof(Envelope).Assembly.GetName().Version!.ToString(3);

        Assert.Equal("0.0.0", VersionFile.All().First());
        Assert.True(Version.Parse(VersionFile.All().Last()) <= Version.Parse(built), built);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Envelopes_OfAVersion_AreRead(string version)
    {
        Assert.All(VersionFile.Read(version).Envelopes, written =>
        {
            Assert.True(Envelope.TryDecode(written.Text, out var envelope));
            var message = envelope.Message;
            Assert.Equal(
                (written.Id, written.HandedOver, written.Returned), (message.Id.ToString("N"), envelope.HandedOver, envelope.Returned));
            Assert.Equal((written.ContentType, written.Key, written.TraceParent), (message.ContentType, message.Key, message.TraceParent));
            Assert.Equal(written.Body, message.Body.ToArray());
        });
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Receipts_OfAVersion_AreRead(string version)
    {
        Assert.All(VersionFile.Read(version).Receipts, written =>
        {
            Assert.True(Receipt.TryParse(written.Text, Alice, out var receipt));
            Assert.Equal((written.QueueMessageId, written.PopReceipt), (receipt.QueueMessageId, receipt.PopReceipt));
            Assert.Equal((written.LeaseEnd, written.Expires ?? DateTimeOffset.MaxValue), (receipt.LeaseEnd, receipt.Expires));
        });
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void RecallHandles_OfAVersion_AreRead(string version)
    {
        Assert.All(VersionFile.Read(version).RecallHandles, written =>
        {
            Assert.True(RecallHandle.TryParse(written.Text, Alice, out var handle));
            Assert.Equal((written.QueueMessageId, written.PopReceipt), (handle.QueueMessageId, handle.PopReceipt));
        });
    }

    // DeadLetterCodecTests reads what is in them.
    [Theory]
    [MemberData(nameof(Versions))]
    public void DeadLetters_OfAVersion_AreReadWhole(string version)
    {
        Assert.All(VersionFile.Read(version).DeadLetters.Values, text =>
        {
            Assert.True(DeadLetter.TryDecode(text, out var letter));
            Assert.Equal(text, letter.Encode());
        });
    }

    [Fact]
    public void NewestFile_HasEveryForm_AndShowsWhatThisVersionWrites()
    {
        var newest = VersionFile.Read(VersionFile.All().Last());

        Assert.All(newest.Envelopes, written => Assert.Equal(written.Text, TextOf(written)));
        Assert.All(newest.Receipts, written => Assert.Equal(
            written.Text,
            Receipt.For(Alice, written.QueueMessageId, written.PopReceipt, written.LeaseEnd!.Value, written.Expires!.Value).Text));
        Assert.All(newest.RecallHandles, written =>
            Assert.Equal(written.Text, RecallHandle.For(Alice, written.QueueMessageId, written.PopReceipt).Text));
        Assert.Equal(["foreign", "ours", "unreadable", "verbatim"], newest.DeadLetters.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((3, 2, 2), (newest.Envelopes.Count, newest.Receipts.Count, newest.RecallHandles.Count));
    }

    private static string TextOf(VersionFile.WrittenEnvelope written)
    {
        var message = Message.WithId(Guid.Parse(written.Id), written.ContentType, written.Key, written.Body, written.TraceParent);
        return new Envelope(message, written.HandedOver, written.Returned).Encode();
    }
}
