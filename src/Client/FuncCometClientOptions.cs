namespace FuncComet.Client;

/// <summary>The options of a <see cref="FuncCometClient"/>.</summary>
public sealed class FuncCometClientOptions
{
    /// <summary>
    /// The address of the functions with their route prefix, as <c>https://….azurewebsites.net/api</c>: http or https, without a user
    /// name, a query or a fragment. Required.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>
    /// The function key, with which an application's server pushes, issues tokens and manages mailboxes: printable ASCII characters,
    /// without a space at either end. Never give it to a recipient's device. Default: none, and an empty key is none.
    /// </summary>
    public string? FunctionKey { get; set; }

    /// <summary>
    /// Gets a token for a recipient: on a device from the application's server, on that server from <see
    /// cref="FuncCometClient.GetTokenAsync"/>. It is called before the first request of a recipient, again when the token has 30 seconds
    /// left, and once if the token is refused. A token that has less left when it is received is used until it is refused, because this
    /// device's clock may be wrong. White space around a token is removed. An <see cref="HttpRequestException"/> from the provider is a
    /// transient error, and so are a transient <see cref="FuncCometException"/> and a malformed token (<see
    /// cref="FuncCometException.BadToken"/>); any other exception ends reading. A request that is cancelled does not wait for a provider
    /// that ignores its cancellation token. Default: none, for a function app that does not require tokens.
    /// </summary>
    public Func<string, CancellationToken, Task<RecipientToken>>? TokenProvider { get; set; }

    /// <summary>
    /// How long a message stays hidden from other readers unless its lease is renewed: whole seconds from 5 seconds to 1 hour. Default: 1
    /// minute. A message that was not acknowledged by then comes again. If this device fails, its messages come again within this time.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long <see cref="FuncCometClient.ReadAllAsync"/> renews the leases of a batch, from its arrival, while your code handles its
    /// messages: 0 to 1 day. Default: 1 hour, so that a handler may take up to an hour. 0 turns renewing off. A batch is renewed when half
    /// of its lease is over, by a request beside your code.
    /// </summary>
    public TimeSpan RenewFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a poll waits for a message: whole seconds from 1 to 220 seconds. Default: 220 seconds, since fewer polls cost less. If
    /// <see cref="HttpClient.Timeout"/> is shorter, polls end before it.
    /// </summary>
    public TimeSpan PollTimeout { get; set; } = TimeSpan.FromSeconds(220);

    /// <summary>
    /// The most messages that reading takes with one poll: 1 to 32. Default: 16. Reading begins with one, and takes more as long as batches
    /// are handled well within the lease.
    /// </summary>
    public int MaxBatch { get; set; } = 16;

    /// <summary>How many handled messages are remembered to drop their repeats: 0 to 1,000,000. Default: 1,000.</summary>
    public int RememberedMessages { get; set; } = 1_000;
}
