namespace FuncComet.Testing;

/// <summary>An instance of the app that has been started: LocalHost, or a Functions host with its worker.</summary>
public interface IAppInstance : IAsyncDisposable
{
    /// <summary>The base address of the functions, which ends in <c>/api/</c>.</summary>
    Uri Url { get; }

    /// <summary>Ends it as a failing machine would, at once and without a warning, and returns when it has ended.</summary>
    Task KillAsync();
}
