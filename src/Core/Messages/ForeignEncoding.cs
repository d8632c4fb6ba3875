namespace FuncComet.Messages;

/// <summary>How the text of a message is read that another program put on the queue.</summary>
public enum ForeignEncoding
{
    /// <summary>The text is the message.</summary>
    None,

    /// <summary>The text is base64 of the message. A text that is not base64 is the message itself.</summary>
    Base64,

    /// <summary>
    /// The text is the message, unless it is base64 of a JSON object or array. No plain text is that by accident, while many words and
    /// numbers are valid base64 of something.
    /// </summary>
    Auto,
}
