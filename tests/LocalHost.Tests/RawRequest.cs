using System.Text;

namespace FuncComet.LocalHost.Tests;

/// <summary>An HTTP request as it is sent: nothing is checked, encoded or corrected. Each char is a byte.</summary>
internal sealed record RawRequest(string Method, string Function)
{
    /// <summary>The parameters of the query.</summary>
    public List<string> Query { get; } = ["rcpt=hostile"];

    /// <summary>Header lines, without line breaks.</summary>
    public List<string> Headers { get; } = ["Host: localhost", "Connection: close"];

    public string Version { get; set; } = "HTTP/1.1";

    public string Body { get; set; } = "";

    public byte[] ToBytes() =>
        Encoding.Latin1.GetBytes(
            $"{Method} /api/{Function}?{string.Join('&', Query)} {Version}\r\n"
            + $"{string.Concat(Headers.Select(header => $"{header}\r\n"))}\r\n{Body}");
}
