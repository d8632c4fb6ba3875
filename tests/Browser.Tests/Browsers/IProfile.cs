namespace FuncComet.Browser.Tests;

/// <summary>A browser with a profile of its own: its tabs share locks and channels with one another, and with no other profile's.</summary>
internal interface IProfile : IAsyncDisposable
{
    /// <summary>Opens a page in a new tab.</summary>
    Task<IBrowserTab> OpenAsync(Uri address);

    /// <summary>Opens an empty page of an origin in a new tab. It has no content security policy.</summary>
    Task<IBrowserTab> OpenEmptyAsync(Uri origin);
}
