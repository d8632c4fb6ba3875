using System.ComponentModel.DataAnnotations;

namespace FuncComet.Pushing;

/// <summary>How pushes are carried out: <c>FuncComet__Push__…</c>.</summary>
public sealed class PushOptions
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Push";

    /// <summary>What comes first for a poll that waits on the instance of the push: <c>Stored</c> or <c>Direct</c>. Default: <c>Stored</c>.</summary>
    [EnumDataType(typeof(HandoverMode), ErrorMessage = "must be Stored or Direct.")]
    public HandoverMode Handover { get; set; } = HandoverMode.Stored;
}

/// <summary>What comes first: storing a message or handing it over.</summary>
public enum HandoverMode
{
    /// <summary>It is stored, then handed over: whatever dies, it is in the mailbox.</summary>
    Stored,

    /// <summary>
    /// In plain mode it is written to the waiting answer first, and stored only where that fails: it then costs Storage nothing, and can be lost with the connection it
    /// was written to.
    /// </summary>
    Direct,
}
