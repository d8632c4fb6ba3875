namespace FuncComet.Bench.Deployments;

/// <summary>An app that runs already: in Azure, or wherever its address leads.</summary>
/// <param name="url">Its address, with or without /api.</param>
/// <param name="functionKey">A function key, if the app requires one.</param>
internal sealed class RunningApp(Uri url, string? functionKey) : IDeployment
{
    public Uri Api { get; } = new(url.AbsolutePath.Trim('/').Length > 0 ? $"{url.ToString().TrimEnd('/')}/" : $"{url}api/");

    public string? FunctionKey => functionKey;

    public bool IsKept => true;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HostUsage?> ReadUsageAsync() => Task.FromResult<HostUsage?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
