using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace FuncComet.LocalHost.Tests;

/// <summary>A TCP connection to a LocalHost, for requests that no HTTP client would send.</summary>
internal sealed partial class RawConnection : IDisposable
{
    // TCP_MAXSEG, on Linux and macOS alike.
    private const int MaximumSegmentSize = 2;

    private readonly Socket _socket;

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>True while the server has neither sent anything that was not read nor closed the connection.</summary>
    public bool IsQuiet => !_socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    public static Task<RawConnection> OpenAsync(Uri url) => OpenAsync(url, _ => { });

    /// <summary>
    /// Opens a connection on which the two operating systems together hold less than 48,000 bytes that were not read. The system at the
    /// other end sizes its buffer by the size of a segment, which this end limits.
    /// </summary>
    public static Task<RawConnection> OpenWithSmallBuffersAsync(Uri url) => OpenAsync(url, socket =>
    {
        socket.ReceiveBufferSize = 2048;
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, MaximumSegmentSize, BitConverter.GetBytes(256));
    });

    /// <summary>Sends the bytes; false if the server has closed the connection.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// The statuses of all answers until the server closes the connection, or of those that came within <paramref name="limit"/>.
    /// </summary>
    public async Task<IReadOnlyList<int>> ReadStatusesAsync(TimeSpan limit, bool untilClosed = true)
    {
        var text = await ReadAsync(limit, enough: sofar => !untilClosed && StatusLine().IsMatch(sofar));
        return [.. StatusLine().Matches(text).Select(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture))];
    }

    /// <summary>
    /// What the server sends until it closes the connection, until that is <paramref name="enough"/>, or within <paramref name="limit"/>.
    /// Each char is a byte.
    /// </summary>
    public async Task<string> ReadAsync(TimeSpan limit, Func<string, bool> enough)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(limit);
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, end.Token) is > 0 and var length)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, length));
                if (enough(text.ToString()))
                {
                    break;
                }
            }
        }
        catch (Exception ex) when (ex is SocketException
            || (ex is OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
            // A server that gives up on a client resets the connection. Its answers before that count.
        }

        return text.ToString();
    }

    /// <summary>Resets the connection, as when a device's program is killed.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose() => _socket.Dispose();

    private static async Task<RawConnection> OpenAsync(Uri url, Action<Socket> configure)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        configure(socket);
        await socket.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        return new RawConnection(socket);
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) [A-Z][A-Za-z ]+\r\n")]
    private static partial Regex StatusLine();
}
