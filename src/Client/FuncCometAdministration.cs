using System.Runtime.CompilerServices;
using FuncComet.Client.Administration;
using FuncComet.Client.Connection;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>
/// What an operator does: look into mailboxes, move dead letters back or delete them, erase a recipient, and ask which version serves.
/// Every call needs the function key and is sent once: it does not retry. Safe for concurrent use. Each method throws an <see
/// cref="ArgumentException"/>, before anything is sent, if a value breaks a rule of the protocol, and a <see cref="FuncCometException"/> if
/// its request is refused, fails or is not answered. An app of a version without these calls answers 404.
/// </summary>
public sealed class FuncCometAdministration
{
    private readonly FunctionApp _app;

    /// <summary>Creates an administration that sends through <paramref name="http"/>.</summary>
    /// <param name="http">Not disposed by this class. Every request has a limit of its own.</param>
    /// <param name="options">Only the address and the function key are used. Validated here, and not to be changed afterwards.</param>
    /// <param name="time">Default: the system's.</param>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    public FuncCometAdministration(HttpClient http, FuncCometClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        FuncCometClientOptionsRules.ThrowIfBroken(options);
        _app = new FunctionApp(http, options, time ?? TimeProvider.System);
    }

    /// <summary>
    /// Lists all mailboxes, in the order in which the storage lists their queues, which is not the order of their names. A mailbox that is
    /// made or erased meanwhile may be listed or not.
    /// </summary>
    /// <param name="withCounts">
    /// Whether to ask for the messages, and for who waits, too. That takes a storage request for each mailbox.
    /// </param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async IAsyncEnumerable<MailboxEntry> ListMailboxesAsync(
        bool withCounts = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            var target = _app.Target("mailboxes").WithMarker(after).WithFlag("counts", withCounts)
                .With("max", withCounts ? ProtocolRules.MaxCounted : ProtocolRules.MaxListed);
            var answer = await SendAsync(HttpMethod.Get, target, cancellationToken).ConfigureAwait(false);
            var page = answer.Read(AdministrationJson.Default.MailboxPageJson);
            foreach (var mailbox in page.Mailboxes)
            {
                yield return mailbox.ToEntry();
            }

            // An app that answers a marker with itself would be asked for ever.
            after = page.Next is null || page.Next != after
                ? page.Next
                : throw answer.Unexpected("The answer's next page is the page itself.");
        }
        while (after is not null);
    }

    /// <summary>
    /// Shows the first messages that a poll could receive now. It takes nothing, hides nothing and counts as no delivery. Messages that are
    /// leased or delayed cannot be shown.
    /// </summary>
    /// <param name="recipient">Whose mailbox it is.</param>
    /// <param name="max">The most messages: 1 to 32.</param>
    /// <param name="withBodies">Whether to ask for the bodies too.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The messages; none if there is no such mailbox.</returns>
    /// <exception cref="ArgumentException">The recipient or the number breaks its rule.</exception>
    public async Task<IReadOnlyList<PeekedMessage>> PeekMessagesAsync(
        string recipient,
        int max = 32,
        bool withBodies = false,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        ProtocolRules.CheckPeeked(max);
        var target = _app.Target("mailbox/messages").With("rcpt", recipient).With("max", max).WithFlag("bodies", withBodies);
        var answer = await SendAsync(HttpMethod.Get, target, cancellationToken).ConfigureAwait(false);
        return [.. answer.Read(AdministrationJson.Default.PeekJson).Messages.Select(message => message.ToMessage())];
    }

    /// <summary>Lists recipients that have dead letters, a page at a time.</summary>
    /// <param name="after">The page before's <see cref="DeadLetterPage.Next"/>; null for the first page.</param>
    /// <param name="max">The most queues to look at for one page: 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">The marker or the number breaks its rule.</exception>
    public async Task<DeadLetterPage> ListDeadLetterRecipientsAsync(
        string? after = null,
        int max = 100,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckMarker(after);
        ProtocolRules.CheckListed(max);
        var target = _app.Target("deadletters").WithMarker(after).With("max", max);
        var answer = await SendAsync(HttpMethod.Get, target, cancellationToken).ConfigureAwait(false);
        return answer.Read(AdministrationJson.Default.DeadLetterPageJson).ToPage();
    }

    /// <summary>Shows the first dead letters of a recipient, and takes nothing.</summary>
    /// <param name="recipient">Whose letters they are.</param>
    /// <param name="max">The most letters: 1 to 32.</param>
    /// <param name="withBodies">Whether to ask for the bodies too.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">The recipient or the number breaks its rule.</exception>
    public async Task<DeadLetterList> ListDeadLettersAsync(
        string recipient,
        int max = 32,
        bool withBodies = false,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        ProtocolRules.CheckPeeked(max);
        var target = _app.Target("deadletters").With("rcpt", recipient).With("max", max).WithFlag("bodies", withBodies);
        var answer = await SendAsync(HttpMethod.Get, target, cancellationToken).ConfigureAwait(false);
        return answer.Read(AdministrationJson.Default.DeadLettersJson).ToList();
    }

    /// <summary>
    /// Puts a recipient's dead letters back into the mailbox, with the same id, key and content type, and no deliveries. A call works for
    /// at most 60 seconds. If letters are left after that, repeat it. If it fails in the middle, no letter is lost, and some may be
    /// delivered twice, with the same id.
    /// </summary>
    /// <param name="recipient">Whose letters they are.</param>
    /// <param name="timeToLive">How long the messages are kept: whole seconds from 1 second to 30 days. Default: 7 days.</param>
    /// <param name="cancellationToken">Cancels the request, not what the app has begun.</param>
    /// <exception cref="ArgumentException">The recipient or the time breaks its rule.</exception>
    public Task<RedriveResult> RedriveAsync(
        string recipient,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        return RedriveAsync(target => target.With("rcpt", recipient), timeToLive, cancellationToken);
    }

    /// <summary>
    /// Puts the dead letters of all recipients back into their mailboxes, as <see
    /// cref="RedriveAsync(string, TimeSpan?, CancellationToken)"/> does. Repeat it with its <see cref="RedriveResult.Next"/> until there is
    /// none.
    /// </summary>
    /// <param name="after">The call before's <see cref="RedriveResult.Next"/>; null for the first call.</param>
    /// <param name="timeToLive">How long the messages are kept: whole seconds from 1 second to 30 days. Default: 7 days.</param>
    /// <param name="cancellationToken">Cancels the request, not what the app has begun.</param>
    /// <exception cref="ArgumentException">The marker or the time breaks its rule.</exception>
    public Task<RedriveResult> RedriveAllAsync(
        string? after = null,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckMarker(after);
        return RedriveAsync(target => target.WithFlag("all", isSet: true).WithMarker(after), timeToLive, cancellationToken);
    }

    /// <summary>
    /// Deletes a recipient's dead letters. A call works for at most 60 seconds. If letters are left after that, repeat it.
    /// </summary>
    /// <param name="recipient">Whose letters they are.</param>
    /// <param name="cancellationToken">Cancels the request, not what the app has begun.</param>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public Task<PurgeResult> PurgeDeadLettersAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        return PurgeAsync(_app.Target("deadletters").With("rcpt", recipient), cancellationToken);
    }

    /// <summary>
    /// Deletes the dead letters of all recipients. A call works for at most 60 seconds: repeat it with its <see cref="PurgeResult.Next"/>
    /// until there is none.
    /// </summary>
    /// <param name="after">The call before's <see cref="PurgeResult.Next"/>; null for the first call.</param>
    /// <param name="cancellationToken">Cancels the request, not what the app has begun.</param>
    /// <exception cref="ArgumentException">The marker breaks its rule.</exception>
    public Task<PurgeResult> PurgeAllDeadLettersAsync(string? after = null, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckMarker(after);
        return PurgeAsync(_app.Target("deadletters").WithFlag("all", isSet: true).WithMarker(after), cancellationToken);
    }

    /// <summary>
    /// Erases a recipient: the mailbox with its messages and the recipient's name, and the dead letters. A client that polls with a token
    /// that is still valid makes the mailbox again, and so does a push. Meanwhile pushes to the recipient are answered 503.
    /// </summary>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    public async Task<Erasure> EraseAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        var target = _app.Target("mailbox").With("rcpt", recipient).WithFlag("erase", isSet: true);
        var answer = await SendAsync(HttpMethod.Delete, target, cancellationToken).ConfigureAwait(false);
        return new Erasure(answer.IsEmpty ? [] : answer.Read(AdministrationJson.Default.ErasureJson).Left);
    }

    /// <summary>Asks which version serves, and how full the instance is that answers.</summary>
    public async Task<AboutApp> GetAboutAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, _app.Target("about"), cancellationToken).ConfigureAwait(false);
        return answer.Read(AdministrationJson.Default.AboutJson).ToAbout();
    }

    private async Task<RedriveResult> RedriveAsync(
        Func<Target, Target> withScope,
        TimeSpan? timeToLive,
        CancellationToken cancellationToken)
    {
        ProtocolRules.CheckTimeToLive(timeToLive);
        var target = withScope(_app.Target("deadletters/redrive")).With("ttl", timeToLive);
        var answer = await SendAsync(HttpMethod.Post, target, cancellationToken).ConfigureAwait(false);
        return answer.Read(AdministrationJson.Default.RedriveJson).ToResult();
    }

    private async Task<PurgeResult> PurgeAsync(Target target, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Delete, target, cancellationToken).ConfigureAwait(false);
        return answer.Read(AdministrationJson.Default.PurgeJson).ToResult();
    }

    private Task<Answer> SendAsync(HttpMethod method, Target target, CancellationToken cancellationToken) =>
        _app.AsApplicationAsync(new HttpRequestMessage(method, target.Uri), cancellationToken);
}
