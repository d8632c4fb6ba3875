namespace FuncComet.Client;

/// <summary>What a <see cref="FuncCometClient"/> needs to know.</summary>
public sealed class FuncCometClientOptions
{
    /// <summary>Where the functions are, with their route prefix: <c>https://….azurewebsites.net/api</c>. Required.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The function key, for an application's server that pushes, issues tokens and looks after mailboxes. Never give it to a recipient's device.</summary>
    public string? FunctionKey { get; set; }

    /// <summary>
    /// Brings a token of the recipient that is named: from the application's own server, or there <see cref="FuncCometClient.GetTokenAsync"/> itself. It is asked before the first
    /// request of that recipient, again before the token expires, and once where it is refused. Not needed where the function app asks for no tokens.
    /// An <see cref="HttpRequestException"/> that it throws is a passing error, and so is what is no token (<see cref="FuncCometException.BadToken"/>); any other exception ends the reading.
    /// </summary>
    public Func<string, CancellationToken, Task<RecipientToken>>? TokenProvider { get; set; }

    /// <summary>
    /// How long a read message stays hidden from other readers while it is handled: whole seconds from 5 seconds to 1 hour. Default: 1 minute. It comes again
    /// after that time where it was not handled.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a poll waits for a message: whole seconds from 1 second to 220 seconds, the protocol's longest and the default, since fewer polls cost less. Where the
    /// <see cref="HttpClient"/>'s own <see cref="HttpClient.Timeout"/> is shorter, polls stay below that.
    /// </summary>
    public TimeSpan PollTimeout { get; set; } = TimeSpan.FromSeconds(220);

    /// <summary>The most messages that reading takes with one poll: 1 to 32. Default: 16. It begins with one and takes more as long as they are handled well within the lease.</summary>
    public int MaxBatch { get; set; } = 16;

    /// <summary>How many handled messages are remembered, so that their repeats are dropped: 0 to 1,000,000. Default: 1,000.</summary>
    public int RememberedMessages { get; set; } = 1_000;
}
