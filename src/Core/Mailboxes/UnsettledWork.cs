using Microsoft.Extensions.Hosting;

namespace FuncComet.Mailboxes;

/// <summary>
/// What a stop waits for: pushes, polls and rings that are under way, so that what they still have to delete, give back or ring for is done before the process ends.
/// </summary>
/// <remarks>The Functions worker may stop its hosted services before its functions. So this waits when it is asked to stop and once more after all services have stopped.</remarks>
public sealed class UnsettledWork(TimeProvider time) : IHostedLifecycleService
{
    // Part of what a platform leaves between SIGTERM and SIGKILL; polls that only wait end at once.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private TaskCompletionSource? _settled;
    private int _count;

    /// <summary>Work begins; dispose the result when it is settled.</summary>
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

    /// <summary>Waits until nothing is unsettled, for 2 seconds at most.</summary>
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

    /// <summary>Work that is under way. A value, since every held poll has one.</summary>
    public readonly struct Unsettled : IDisposable
    {
        private readonly UnsettledWork _work;

        internal Unsettled(UnsettledWork work) => _work = work;

        /// <summary>It is settled.</summary>
        public void Dispose() => _work.End();
    }
}
