namespace FuncComet.Client;

/// <summary>A token that allows one recipient's polls and acknowledgements, and nothing else.</summary>
/// <param name="Token">The token itself, which is a secret.</param>
/// <param name="Expires">
/// When the token expires. Use <see cref="DateTimeOffset.MaxValue"/> if you do not know: a refused token is renewed too.
/// </param>
public sealed record RecipientToken(string Token, DateTimeOffset Expires)
{
    /// <summary>Shows only the expiry, to keep the secret out of logs.</summary>
    public override string ToString() => $"{nameof(RecipientToken)} {{ {nameof(Expires)} = {Expires:O} }}";
}
