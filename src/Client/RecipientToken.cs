namespace FuncComet.Client;

/// <summary>A token that opens one recipient's polls and acknowledgements, nothing else.</summary>
/// <param name="Token">The token itself. A secret.</param>
/// <param name="Expires">Until when it is good. Where that is not known <see cref="DateTimeOffset.MaxValue"/> will do: a refused token is renewed as well.</param>
public sealed record RecipientToken(string Token, DateTimeOffset Expires)
{
    /// <summary>The end alone: a secret is kept out of logs.</summary>
    public override string ToString() => $"{nameof(RecipientToken)} {{ {nameof(Expires)} = {Expires:O} }}";
}
