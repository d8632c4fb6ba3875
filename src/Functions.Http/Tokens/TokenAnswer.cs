using System.Text.Json.Serialization;

namespace FuncComet.Functions.Tokens;

/// <summary>The body of the answer to <c>POST /api/token</c>.</summary>
internal sealed record TokenAnswer(string Token, string Rcpt, string Expires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class TokenAnswerJson : JsonSerializerContext;
