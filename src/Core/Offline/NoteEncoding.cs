namespace FuncComet.Offline;

/// <summary>How the text of a note is written into its queue message.</summary>
public enum NoteEncoding
{
    /// <summary>Base64 of the JSON's UTF-8.</summary>
    Base64,

    /// <summary>The JSON itself.</summary>
    None,
}
