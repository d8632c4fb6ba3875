using System.Text.Json.Serialization;

namespace FuncComet.Functions.About;

/// <summary>The body of the answer to <c>GET /api/about</c>.</summary>
internal sealed record AboutAnswer(
    string Version, string? Commit, string Instance, string Started, AboutAnswer.HeldPolls Polls, AboutAnswer.StorageState Storage)
{
    /// <summary>The polls that this instance holds, and its limits.</summary>
    internal sealed record HeldPolls(int Held, int Max, int MaxPerRecipient);

    /// <summary>The storage, as this instance sees it.</summary>
    internal sealed record StorageState(bool Answers);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AboutAnswer))]
internal sealed partial class AboutAnswerJson : JsonSerializerContext;
