using System.ComponentModel.DataAnnotations;

namespace FuncComet.Pushing;

/// <summary>How pushes are carried out: <c>FuncComet__Push__…</c>.</summary>
public sealed class PushOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Push";

    /// <summary>
    /// Whether a push stores a message before it hands it over to a poll that waits on the same instance (<c>Stored</c>), or only if the
    /// hand-over fails (<c>Direct</c>). Default: <c>Stored</c>.
    /// </summary>
    [EnumDataType(typeof(HandoverMode), ErrorMessage = "must be Stored or Direct.")]
    public HandoverMode Handover { get; set; } = HandoverMode.Stored;
}

/// <summary>Whether a message is stored before it is handed over.</summary>
public enum HandoverMode
{
    /// <summary>
    /// The message is stored, then handed over. It stays in the mailbox if the instance, the connection or the client dies.
    /// </summary>
    Stored,

    /// <summary>
    /// In plain mode the message is written to the waiting answer, and stored only if that fails. A hand-over then costs no storage
    /// request. The message can be lost with the connection it was written to.
    /// </summary>
    Direct,
}
