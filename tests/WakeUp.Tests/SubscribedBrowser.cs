using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Lib.Net.Http.WebPush;

namespace FuncComet.WakeUp.Tests;

/// <summary>A browser's end of a push subscription: it has the keys, and decrypts what they were used for.</summary>
internal sealed class SubscribedBrowser : IDisposable
{
    private const int SaltLength = 16;
    private const int KeyLength = 65;
    private const int TagLength = 16;

    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(16);

    public SubscribedBrowser(string endpoint)
    {
        Subscription = new PushSubscription { Endpoint = endpoint };
        Subscription.SetKey(PushEncryptionKeyName.P256DH, Base64Url.EncodeToString(PublicKey));
        Subscription.SetKey(PushEncryptionKeyName.Auth, Base64Url.EncodeToString(_secret));
    }

    /// <summary>What the page sends to the application's server.</summary>
    public PushSubscription Subscription { get; }

    private byte[] PublicKey => PointOf(_key.ExportParameters(includePrivateParameters: false).Q);

    public void Dispose() => _key.Dispose();

    /// <summary>Decrypts a body as RFC 8291 and RFC 8188 say.</summary>
    public string Decrypt(byte[] body)
    {
        // salt, record size, length of the key id, key id: the sender's public key
        var salt = body[..SaltLength];
        var recordSize = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(SaltLength));
        Assert.Equal(KeyLength, body[SaltLength + 4]);
        var sender = body.AsSpan(SaltLength + 5, KeyLength).ToArray();
        var record = body[(SaltLength + 5 + KeyLength)..];
        Assert.True(record.Length <= recordSize, $"A record of {record.Length} bytes is longer than {recordSize}.");

        using var senderKey = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = sender[1..33], Y = sender[33..] },
        });
        var shared = _key.DeriveRawSecretAgreement(senderKey.PublicKey);
        byte[] info = [.. "WebPush: info\0"u8, .. PublicKey, .. sender];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, _secret, info);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, [.. "Content-Encoding: aes128gcm\0"u8]);
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, [.. "Content-Encoding: nonce\0"u8]);

        var text = new byte[record.Length - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(nonce, record.AsSpan(0, text.Length), record.AsSpan(text.Length), text);

        // The last record ends with a 2 and padding.
        var end = Array.FindLastIndex(text, value => value != 0);
        Assert.Equal(2, text[end]);
        return Encoding.UTF8.GetString(text, 0, end);
    }

    /// <summary>A public key as push services write it: 4, x, y.</summary>
    public static byte[] PointOf(ECPoint point) => [4, .. point.X!, .. point.Y!];
}
