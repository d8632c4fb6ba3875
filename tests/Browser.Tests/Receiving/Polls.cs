using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The polls that a browser holds, seen as its requests begin and end.</summary>
internal sealed class Polls
{
    private readonly ConcurrentQueue<IRequest> _all = new();
    private int _held;
    private int _most;

    public Polls(IBrowserContext browser)
    {
        browser.Request += (_, request) => Count(request, 1);
        browser.RequestFinished += (_, request) => Count(request, -1);
        browser.RequestFailed += (_, request) => Count(request, -1);
    }

    /// <summary>The most that were held at a time.</summary>
    public int MaxHeld => _most;

    public int Held => _held;

    /// <summary>The pages that polled.</summary>
    public IReadOnlyCollection<IPage> Pages => [.. _all.Select(poll => poll.Frame.Page).Distinct()];

    // Playwright raises its events one after another.
    private void Count(IRequest request, int change)
    {
        if (!new Uri(request.Url).AbsolutePath.EndsWith("/poll", StringComparison.Ordinal))
        {
            return;
        }

        _held += change;
        _most = Math.Max(_most, _held);
        if (change > 0)
        {
            _all.Enqueue(request);
        }
    }
}
