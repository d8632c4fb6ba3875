using System.Text;
using CsCheck;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests;

/// <summary>Everything that is written reads back unchanged, and nothing else parses.</summary>
public sealed class PropertyTests
{
    private static readonly Gen<string> ContentTypes = Gen.Char[' ', '~'].Array[1, 200].Select(characters => new string(characters));
    private static readonly Gen<string?> Keys =
        Gen.Char['!', '~'].Array[0, 128].Select(characters => characters.Length == 0 ? null : new string(characters));
    private static readonly Gen<byte[]> Bodies = Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte.Array[47_900, 48_000]);
    private static readonly Gen<string> PopReceipts = Gen.OneOf(
        Gen.Byte.Array[1, 57].Select(bytes => Convert.ToBase64String(bytes)),
        Gen.Char['!', '~'].Array[1, 57].Select(characters => new string(characters)));

    // Any UTF-16, including lone surrogates, around the critical lengths.
    private static readonly Gen<string> Names = Gen
        .OneOf(Gen.Char.Array[0, 90], Gen.Char['a', 'z'].Array[250, 260], Gen.Char['\u0000', '\u00ff'].Array[1, 8])
        .Select(characters => new string(characters));

    private static readonly Gen<Recipient> Recipients =
        Gen.Char[' ', '~'].Array[1, 256].Select(characters => Named.Recipient(new string(characters)));

    [Fact]
    public void Envelope_WhenDecoded_EqualsWhatWasEncoded() => Gen.Select(ContentTypes, Keys, Bodies, Gen.UInt, Gen.UInt).Sample(
        (contentType, key, body, handedOver, returned) =>
        {
            var sent = Message.Create(TimeProvider.System, contentType, key, body);
            var text = new Envelope(sent, handedOver, returned).Encode();
            return text.Length <= 65_536
                && Envelope.TryDecode(text, out var read)
                && read.Message.Id == sent.Id && read.Message.Time == sent.Time
                && read.Message.ContentType == contentType && read.Message.Key == key
                && read.Message.Body.Span.SequenceEqual(body) && read.HandedOver == handedOver && read.Returned == returned;
        });

    [Fact]
    public void Envelope_OfAnyOtherText_IsNone() => Gen
        .OneOf(Gen.String, Gen.Byte.Array[0, 200].Select(bytes => Convert.ToBase64String(bytes)))
        .Sample(text => text.StartsWith("FCv1", StringComparison.Ordinal) || !Envelope.TryDecode(text, out _));

    [Fact]
    public void Envelope_OfAnyBytesAfterTheMark_IsValidOrRefused() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        var text = Convert.ToBase64String([0x14, 0x2B, 0xF5, .. bytes]);
        return !Envelope.TryDecode(text, out var read)
            || (Message.IsContentType(read.Message.ContentType) && (read.Message.Key is null || Message.IsKey(read.Message.Key)));
    });

    [Fact]
    public void Recipient_OfAnyName_IsAcceptedIfItKeepsTheRule() => Names.Sample(name =>
        Recipient.TryParse(name, out var recipient) == KeepsTheRule(name) && (recipient is null || recipient.Name == name));

    [Fact]
    public void QueueName_IsValidInStorage_AndDiffersByRecipient() => Gen.Select(Recipients, Recipients).Sample((one, other) =>
        System.Text.RegularExpressions.Regex.IsMatch(one.QueueName("fc"), "^fc-[a-z2-7]{52}$")
        && (one.QueueName("fc") == other.QueueName("fc")) == (one.Name == other.Name));

    [Fact]
    public void Receipt_WhenParsed_EqualsTheIssuedOne_ForItsRecipientOnly() => Gen
        .Select(Recipients, Recipients, Gen.Guid, PopReceipts)
        .Sample((recipient, other, id, popReceipt) =>
        {
            var text = Receipt.For(recipient, id.ToString(), popReceipt, DateTimeOffset.MinValue, DateTimeOffset.MaxValue).Text;
            return text.Length <= Receipt.MaxLength
                && Receipt.TryParse(text, recipient, out var read) && read.QueueMessageId == id.ToString() && read.PopReceipt == popReceipt
                && (recipient == other || !Receipt.TryParse(text, other, out _));
        });

    [Fact]
    public void Receipt_OfAnyOtherText_IsNone() => Gen.Select(
        Recipients,
        Gen.OneOf(Gen.String, Gen.Byte.Array[0, 90].Select(bytes => System.Buffers.Text.Base64Url.EncodeToString(bytes))))
        .Sample((recipient, text) => !Receipt.TryParse(text, recipient, out _));

    // The same rule, written another way: with an encoder that throws.
    private static bool KeepsTheRule(string name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name) is >= 1 and <= 256
                && !name.Any(character => character is < ' ' or (>= '\u007f' and <= '\u009f'));
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
