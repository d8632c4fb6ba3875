using Microsoft.Extensions.Hosting;

namespace FuncComet.Mailboxes;

/// <summary>
/// Pushes, polls and rings that are under way. A stop waits for them, so that they can still delete, give back and ring
/// before the process ends.
/// </summary>
/// <remarks>
/// The Functions worker may stop its hosted services before its functions. So this service waits when it is stopped,
/// and again after all services have stopped.
/// </remarks>
public sealed class UnsettledWork(TimeProvider time) : IHostedLifecycleService
{
    // Part of the time that a platform leaves between SIGTERM and SIGKILL. Polls that only wait end at once.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private TaskCompletionSource? _settled;
    private int _count;

    /// <summary>Registers work that begins. Dispose the result when the work is settled.</summary>
    public Unsettled Begin()
    {
        lock (_gate)
        {
            _count++;
        }

        return new Unsettled(this);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until all work is settled, for at most 2 seconds.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => WhenSettledAsync(cancellationToken);

    /// <inheritdoc cref="StopAsync"/>
    public Task StoppedAsync(CancellationToken cancellationToken) => WhenSettledAsync(cancellationToken);

    private async Task WhenSettledAsync(CancellationToken cancellationToken)
    {
        Task settled;
        lock (_gate)
        {
            if (_count == 0)
            {
                return;
            }

            _settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            settled = _settled.Task;
        }

        await settled.WaitAsync(MaxWait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void End()
    {
        TaskCompletionSource? settled = null;
        lock (_gate)
        {
            if (--_count == 0)
            {
                (settled, _settled) = (_settled, null);
            }
        }

        settled?.SetResult();
    }

    /// <summary>Work that is under way. A struct, since every held poll has one.</summary>
    public readonly struct Unsettled : IDisposable
    {
        private readonly UnsettledWork _work;

        internal Unsettled(UnsettledWork work) => _work = work;

        /// <summary>Marks the work as settled.</summary>
        public void Dispose() => _work.End();
    }
}
