namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>An identity provider did not answer, and without its keys nobody knows whether a token is valid.</summary>
internal sealed class AuthorityUnavailableException() : Exception("The identity provider does not answer.");
