using System.Text;

namespace FuncComet.LocalHost.Tests;

/// <summary>An HTTP request as it stands on the wire: nothing is checked, encoded or mended. Each char is a byte.</summary>
internal sealed record RawRequest(string Method, string Function)
{
    /// <summary>Pieces of the query, without what joins them.</summary>
    public List<string> Query { get; } = ["rcpt=hostile"];

    /// <summary>Header lines, without their ends.</summary>
    public List<string> Headers { get; } = ["Host: localhost", "Connection: close"];

    public string Version { get; set; } = "HTTP/1.1";

    public string Body { get; set; } = "";

    public byte[] ToBytes() =>
        Encoding.Latin1.GetBytes($"{Method} /api/{Function}?{string.Join('&', Query)} {Version}\r\n{string.Concat(Headers.Select(header => $"{header}\r\n"))}\r\n{Body}");
}
