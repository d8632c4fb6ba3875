using System.Runtime.InteropServices;

namespace FuncComet.LocalHost;

/// <summary>
/// Handles Ctrl-C and SIGTERM while LocalHost is starting: cancels the start, so that everything already started is
/// ended too. Dispose it when the host runs, since the host handles the signals itself.
/// </summary>
internal sealed class StartSignals : IDisposable
{
    private readonly CancellationTokenSource _calledOff = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StartSignals()
    {
        Token = _calledOff.Token;
        _registrations = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM), Register(PosixSignal.SIGHUP)];
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _calledOff.Cancel();
    });
}
