using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Counts the polls of a browser by watching its requests.</summary>
internal sealed class Polls
{
    private readonly ConcurrentQueue<IRequest> _all = new();
    private int _held;
    private int _maxHeld;

    public Polls(IBrowserContext browser)
    {
        browser.Request += (_, request) => Count(request, 1);
        browser.RequestFinished += (_, request) => Count(request, -1);
        browser.RequestFailed += (_, request) => Count(request, -1);
    }

    /// <summary>The maximum number of polls held at the same time.</summary>
    public int MaxHeld => _maxHeld;

    public int Held => _held;

    /// <summary>The pages that have polled so far.</summary>
    public IReadOnlyCollection<IPage> Pages => [.. _all.Select(poll => poll.Frame.Page).Distinct()];

    // Playwright raises its events one after another, so no lock is needed.
    private void Count(IRequest request, int change)
    {
        if (!new Uri(request.Url).AbsolutePath.EndsWith("/poll", StringComparison.Ordinal))
        {
            return;
        }

        _held += change;
        _maxHeld = Math.Max(_maxHeld, _held);
        if (change > 0)
        {
            _all.Enqueue(request);
        }
    }
}
