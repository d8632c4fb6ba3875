using System.Text;
using FuncComet.Functions.Tokens;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class RecipientTokensTests
{
    private const string LongKey = "a key that is long enough for every algorithm, of 64 bytes or more";
    private const string KeyA = "the first key, of 32 bytes or more";
    private const string KeyB = "the second key, of 32 bytes or more";

    [Fact]
    public void Issue_ForARecipient_SetsExactlyTheDocumentedClaims()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T12:00:00.750Z", null));

        var issued = Tokens(time: time).Issue(Named.Recipient("Ünïcode 🚀"), TimeSpan.FromSeconds(90));

        var token = new JsonWebToken(issued.Text);
        Assert.Equal("HS256", token.Alg);
        Assert.Equal("funccomet", token.Issuer);
        Assert.Equal(["funccomet"], token.Audiences);
        Assert.Equal("Ünïcode 🚀", token.Subject);
        Assert.Equal(["aud", "exp", "iat", "iss", "nbf", "sub"], token.Claims.Select(claim => claim.Type).Order());
        Assert.Equal(DateTime.Parse("2026-03-01T12:00:00", null), token.IssuedAt);
        Assert.Equal(DateTime.Parse("2026-03-01T12:00:00", null), token.ValidFrom);
        Assert.Equal(DateTime.Parse("2026-03-01T12:01:30", null), token.ValidTo);
        Assert.Equal(DateTimeOffset.Parse("2026-03-01T12:01:30Z", null), issued.Expires);
    }

    [Fact]
    public async Task SubjectOf_AnIssuedToken_IsItsRecipient()
    {
        var longest = new string('"', 256);

        Assert.Equal("alice", await SubjectAsync(Tokens(), Tokens().Issue(Named.Recipient("alice"), TimeSpan.FromHours(1)).Text));
        Assert.Equal(longest, await SubjectAsync(Tokens(), Tokens().Issue(Named.Recipient(longest), TimeSpan.FromHours(1)).Text));
    }

    [Fact]
    public async Task SubjectOf_WithTwoKeys_AcceptsBothAndIssuesWithTheFirst()
    {
        var changing = Tokens(new TokenOptions { SigningKey = KeyB, PreviousKey = KeyA });
        var ofA = Tokens(new TokenOptions { SigningKey = KeyA }).Issue(Named.Recipient("alice"), TimeSpan.FromHours(1)).Text;
        var issued = changing.Issue(Named.Recipient("alice"), TimeSpan.FromHours(1)).Text;

        Assert.Equal("alice", await SubjectAsync(changing, ofA));
        Assert.Equal("alice", await SubjectAsync(changing, issued));
        Assert.Equal("alice", await SubjectAsync(Tokens(new TokenOptions { SigningKey = KeyB }), issued));
        Assert.Null(await SubjectAsync(Tokens(new TokenOptions { SigningKey = KeyB }), ofA));
    }

    // The default allows clocks to differ by 30 seconds.
    [Theory]
    [InlineData(-3600, -40, null)]
    [InlineData(-3600, -20, "alice")]
    [InlineData(20, 3600, "alice")]
    [InlineData(40, 3600, null)]
    public async Task SubjectOf_NearTheStartOrEndOfValidity_AllowsForClockSkew(int notBefore, int expires, string? expected) =>
        Assert.Equal(expected, await SubjectAsync(Tokens(), Make(notBefore: notBefore, expires: expires)));

    [Theory]
    [InlineData("other", "funccomet", null)]
    [InlineData("funccomet", "other", null)]
    [InlineData("funccomet", "funccomet", "alice")]
    public async Task SubjectOf_ATokenOfAnotherIssuerOrAudience_IsNull(string issuer, string audience, string? expected) =>
        Assert.Equal(expected, await SubjectAsync(Tokens(), Make(issuer, audience)));

    // The app's key is long enough for every algorithm, so that only the algorithm can be at fault.
    [Theory]
    [InlineData(SecurityAlgorithms.HmacSha256, "alice")]
    [InlineData(SecurityAlgorithms.HmacSha384, null)]
    [InlineData(SecurityAlgorithms.HmacSha512, null)]
    public async Task SubjectOf_ATokenWithAnotherAlgorithm_IsNull(string algorithm, string? expected) =>
        Assert.Equal(
            expected,
            await SubjectAsync(Tokens(new TokenOptions { SigningKey = LongKey }), Make(algorithm: algorithm, key: LongKey)));

    [Fact]
    public async Task SubjectOf_ATokenWithoutAValidSignature_IsNull()
    {
        var parts = Make().Split('.');
        var none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");

        Assert.Null(await SubjectAsync(Tokens(), $"{none}.{parts[1]}."));
        Assert.Null(await SubjectAsync(Tokens(), $"{none}.{parts[1]}.{parts[2]}"));
        Assert.Null(await SubjectAsync(Tokens(), $"{parts[0]}.{parts[1]}."));
        var bobby = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("alice", "bobby", StringComparison.Ordinal));
        Assert.Null(await SubjectAsync(Tokens(), $"{parts[0]}.{bobby}.{parts[2]}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.")]
    [InlineData("\0")]
    public async Task SubjectOf_ATextThatIsNoToken_IsNull(string text) => Assert.Null(await SubjectAsync(Tokens(), text));

    [Fact]
    public async Task SubjectOf_ATextThatIsTooLong_IsNull() => Assert.Null(await SubjectAsync(Tokens(), new string('a', 100_000)));

    [Fact]
    public async Task SubjectOf_ATokenWithoutASubject_IsNull() => Assert.Null(await SubjectAsync(Tokens(), Make(subject: null)));

    [Fact]
    public async Task SubjectOf_AnyTokenWithoutASigningKey_IsNull() =>
        Assert.Null(await SubjectAsync(Tokens(new TokenOptions { Required = false, SigningKey = null }), Make()));

    private static RecipientTokens Tokens(TokenOptions? options = null, TimeProvider? time = null) =>
        Verifier.Tokens(options ?? new TokenOptions { SigningKey = KeyA }, time);

    private static Task<string?> SubjectAsync(RecipientTokens tokens, string text) => tokens.SubjectOfAsync(text).Bounded();

    private static string Make(
        string issuer = "funccomet",
        string audience = "funccomet",
        int notBefore = 0,
        int expires = 3600,
        string algorithm = SecurityAlgorithms.HmacSha256,
        string? subject = "alice",
        string key = KeyA)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = subject is null ? [] : new Dictionary<string, object> { ["sub"] = subject },
            NotBefore = now.AddSeconds(notBefore),
            Expires = now.AddSeconds(expires),
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), algorithm),
        });
    }
}
