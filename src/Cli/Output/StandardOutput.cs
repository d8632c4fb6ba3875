using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FuncComet.Cli.Output;

/// <summary>
/// Standard output whose writes fail if nobody reads it any more. .NET's own ignores that, so that <c>poll</c> would acknowledge messages
/// that went nowhere (as in <c>funccomet poll alice --follow | head -1</c>).
/// </summary>
internal static class StandardOutput
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static Stream _stream = Stream.Null;

    /// <summary>Replaces the console's own writer.</summary>
    public static void ReportBrokenPipes()
    {
        _stream = Open();
        Console.SetOut(new StreamWriter(_stream, Utf8) { AutoFlush = true });
    }

    /// <summary>Writes to standard output, and reports if nobody reads it.</summary>
    /// <exception cref="OutputClosedException">Nobody reads the output.</exception>
    public static void Write(Action<TextWriter> write)
    {
        try
        {
            write(Console.Out);
        }
        catch (IOException ex)
        {
            throw new OutputClosedException(ex);
        }
    }

    /// <summary>Writes bytes to standard output.</summary>
    /// <exception cref="OutputClosedException">Nobody reads the output.</exception>
    public static void WriteBytes(ReadOnlyMemory<byte> bytes) => Write(_ => _stream.Write(bytes.Span));

    // A file's stream would begin at a position of its own and overwrite what another program writes into the same file. A file does not
    // break.
    private static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }
}
