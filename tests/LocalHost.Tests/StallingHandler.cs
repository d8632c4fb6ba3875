using System.Globalization;
using System.Net;
using System.Text;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Announces a body and never sends it. <see cref="SocketsHttpHandler"/> cannot do that: it sends the body before it reads an answer.
/// </summary>
internal sealed class StallingHandler : HttpMessageHandler
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // In HTTP/1.0 an answer is not chunked, and ends with the connection.
        var head = new StringBuilder($"{request.Method} {request.RequestUri!.PathAndQuery} HTTP/1.0\r\nContent-Length: 100\r\n");
        foreach (var (name, value) in request.Headers.NonValidated)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        using var connection = await RawConnection.OpenAsync(request.RequestUri);
        await connection.TrySendAsync(Encoding.ASCII.GetBytes($"{head}\r\n"));
        var text = await connection.ReadAsync(LongestAnswer, enough: _ => false);

        var parts = text.Split("\r\n\r\n", 2);
        var lines = parts[0].Split("\r\n");
        var answer = new HttpResponseMessage((HttpStatusCode)int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture))
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Encoding.Latin1.GetBytes(parts[1])),
        };
        foreach (var header in lines[1..].Select(line => line.Split(": ", 2)))
        {
            if (!answer.Headers.TryAddWithoutValidation(header[0], header[1]))
            {
                answer.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
            }
        }

        return answer;
    }
}
