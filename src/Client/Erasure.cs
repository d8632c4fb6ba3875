namespace FuncComet.Client;

/// <summary>What is left of a recipient that was to be erased.</summary>
/// <param name="Left">
/// What the storage has not agreed to delete yet: <c>mailbox</c>, <c>deadLetters</c>. Empty if all of it is gone. Else repeat the call.
/// </param>
public sealed record Erasure(IReadOnlyList<string> Left)
{
    /// <summary>Whether nothing is left.</summary>
    public bool IsComplete => Left.Count == 0;
}
