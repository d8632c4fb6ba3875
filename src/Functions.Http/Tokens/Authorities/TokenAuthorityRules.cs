using FuncComet.Recipients;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>What the settings of identity providers must fulfil. With others, a token could name somebody else's mailbox.</summary>
internal static class TokenAuthorityRules
{
    /// <summary>One sentence for each rule that is broken.</summary>
    public static IEnumerable<string> Broken(TokenOptions options)
    {
        for (var i = 0; i < options.Authorities.Count; i++)
        {
            var authority = options.Authorities[i];
            foreach (var (setting, rule) in Broken(authority, options.Issuer))
            {
                yield return $"{SettingOf(i, setting)} {rule}";
            }

            for (var j = 0; j < i; j++)
            {
                if (authority.Issuer == options.Authorities[j].Issuer)
                {
                    yield return $"{SettingOf(j, nameof(authority.Issuer))} and {SettingOf(i, nameof(authority.Issuer))} are the same.";
                }

                if (RecipientFormat.TryParse(authority.RecipientFormat, out var one)
                    && RecipientFormat.TryParse(options.Authorities[j].RecipientFormat, out var other)
                    && one.CanMeet(other))
                {
                    yield return $"{SettingOf(j, nameof(authority.RecipientFormat))} and "
                        + $"{SettingOf(i, nameof(authority.RecipientFormat))} can give the same recipient for different users: "
                        + "begin them differently, for example with staff/{0} and user/{0}.";
                }
            }
        }
    }

    private static IEnumerable<(string Setting, string Rule)> Broken(TokenAuthorityOptions authority, string ours)
    {
        if (AuthorityAddress.FaultOf(authority.Issuer) is { } fault)
        {
            yield return (nameof(authority.Issuer), fault);
        }
        else if (authority.Issuer == ours)
        {
            yield return (nameof(authority.Issuer), $"is also FuncComet__Token__{nameof(TokenOptions.Issuer)}: whose token would it be?");
        }

        if (authority.Audience.Length is 0 or > TokenOptions.MaxNameLength)
        {
            yield return (nameof(authority.Audience), TokenOptions.NameRule);
        }

        if (authority.RecipientClaim.Length is 0 or > TokenOptions.MaxNameLength)
        {
            yield return (nameof(authority.RecipientClaim), TokenOptions.NameRule);
        }

        if (!RecipientFormat.TryParse(authority.RecipientFormat, out var format))
        {
            yield return (nameof(authority.RecipientFormat), RecipientFormat.Rule);
        }
        else if (!Recipient.TryParse(format.NameOf("x"), out _))
        {
            yield return (nameof(authority.RecipientFormat), $"gives no recipient's name, which is {Recipient.Rule}.");
        }
    }

    private static string SettingOf(int index, string name) => $"FuncComet__Token__{nameof(TokenOptions.Authorities)}__{index}__{name}";
}
