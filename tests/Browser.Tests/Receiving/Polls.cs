using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Watches a browser's requests for polls.</summary>
internal sealed class Polls
{
    private readonly ConcurrentQueue<IRequest> _all = new();

    public Polls(IBrowserContext browser) => browser.Request += (_, request) =>
    {
        if (new Uri(request.Url).AbsolutePath.EndsWith("/poll", StringComparison.Ordinal))
        {
            _all.Enqueue(request);
        }
    };

    /// <summary>The pages that have polled so far.</summary>
    public IReadOnlyCollection<IPage> Pages => [.. _all.Select(poll => poll.Frame.Page).Distinct()];
}
