using FuncComet.LocalHost;
using Xunit;

namespace FuncComet.Testing;

/// <summary>
/// A collection of tests with this fixture runs beside no other suite of this clone that has it or <see cref="SuiteShare"/>. It is for
/// tests that need the whole machine, or that measure.
/// </summary>
public sealed class SuiteLock() : SuiteTurn(FileAccess.ReadWrite, FileShare.None);

/// <summary>
/// A suite with this fixture may run beside others that have it too, but not beside one that has
/// <see cref="SuiteLock"/>. It is for tests that wait most of the time.
/// </summary>
public sealed class SuiteShare() : SuiteTurn(FileAccess.Read, FileShare.Read);

/// <summary>
/// A share of the machine, or all of it, for as long as a suite runs. The operating system releases it if the process
/// dies.
/// </summary>
public abstract class SuiteTurn : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly FileAccess _access;
    private readonly FileShare _share;
    private FileStream? _turn;

    private protected SuiteTurn(FileAccess access, FileShare share) => (_access, _share) = (access, share);

    /// <summary>Waits for its turn.</summary>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(RepositoryRoot.Kept());
        var file = RepositoryRoot.Kept("test-suite.lock");
        for (var isFirst = true; _turn is null; isFirst = false)
        {
            try
            {
                _turn = new FileStream(file, FileMode.OpenOrCreate, _access, _share);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (isFirst)
                {
                    await SetUpProgress.Output.WriteLineAsync("Waiting for another test suite of this clone …");
                }

                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>Ends its turn.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_turn is not null)
        {
            await _turn.DisposeAsync();
            _turn = null;
        }
    }
}
