using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>Shows dead letters, and takes nothing.</summary>
public sealed partial class DeadLetterListing(
    DeadLetters deadLetters,
    OlderDeadLetters older,
    DeadLetterQueues queues,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<DeadLetterListing> logger)
{
    /// <summary>The most letters of one recipient that are shown: what Storage shows of a queue.</summary>
    public const int MaxLetters = 32;

    /// <summary>The most recipients of one call.</summary>
    public const int MaxRecipients = CallLimits.Recipients;

    /// <summary>The number of recipients of a call that does not say.</summary>
    public const int DefaultRecipients = 100;

    /// <summary>Shows the first letters of a recipient.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<LettersOfRecipient> ShowAsync(Recipient recipient, int max)
    {
        var left = await older.DrainAsync(new CallTime(time, CallLimits.Work, host.ApplicationStopping));
        var queue = deadLetters.Open(recipient);
        var peeked = await queue.PeekMessagesAsync(MaxLetters);
        var letters = Read(peeked, out var texts);
        var count = peeked.Count == 0 ? 0 : await queue.CountAsync() ?? 0;
        Log.Shown(logger, queue.QueueName, Math.Min(letters.Count, max));
        return new([.. letters.Take(max)], Math.Max(letters.Count, count - texts), left);
    }

    /// <summary>
    /// Lists recipients that have letters, with their number as Storage counts it: a letter beside its text counts as two.
    /// </summary>
    /// <param name="max">How many recipients are come to: those without letters are left out.</param>
    /// <param name="after">Where to begin; null for the beginning.</param>
    /// <returns>Null if Storage refuses <paramref name="after"/>.</returns>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<RecipientsWithLetters?> ListAsync(int max, QueuePosition? after)
    {
        var left = await older.DrainAsync(new CallTime(time, CallLimits.Work, host.ApplicationStopping));
        if (await queues.ListAsync(max, after) is not { } page)
        {
            return null;
        }

        var counts = new long[page.Found.Count];
        await Parallel.ForAsync(
            0,
            counts.Length,
            new ParallelOptions { MaxDegreeOfParallelism = CallLimits.AtOnce },
            async (at, _) => counts[at] = await deadLetters.Open(page.Found[at].Recipient).CountAsync() ?? 0);
        (Recipient, long)[] found =
        [
            .. page.Found.Select((owner, at) => (owner.Recipient, counts[at])).Where(each => each.Item2 > 0),
        ];
        Log.Listed(logger, found.Length);
        return new(found, page.Next, left);
    }

    // The number of texts that belong to letters is given out too: they are no letters of their own.
    private List<ListedLetter> Read(IReadOnlyList<PeekedMessage> peeked, out int texts)
    {
        var letters = new List<(PeekedMessage Message, DeadLetter Letter)>();
        var others = new Dictionary<string, PeekedMessage>();
        foreach (var message in peeked)
        {
            if (DeadLetter.TryDecode(message.MessageText ?? "", out var letter))
            {
                letters.Add((message, letter));
            }
            else
            {
                others[message.MessageId] = message;
            }
        }

        var named = letters.Select(each => each.Letter.VerbatimIn).OfType<string>().ToHashSet();
        texts = others.Keys.Count(named.Contains);
        var listed = letters.ConvertAll(each => Listed(each.Letter, others));
        listed.AddRange(
            from message in others.Values
            where !named.Contains(message.MessageId)
                && DeadLetterRedrive.IsOrphan(message.InsertedOn ?? time.GetUtcNow(), time)
            select ListedOrphan(message));
        return listed;
    }

    private static ListedLetter Listed(DeadLetter letter, Dictionary<string, PeekedMessage> others)
    {
        var text = letter.VerbatimIn is { } id ? others.GetValueOrDefault(id)?.MessageText : null;
        return new(
            letter.Id,
            letter.Time,
            letter.DeadLettered,
            letter.Deliveries,
            letter.Reason,
            letter.ContentType,
            letter.Key,
            letter.TryRead(text, out var content) ? content.Body : null);
    }

    private static ListedLetter ListedOrphan(PeekedMessage message)
    {
        var content = DeadLetterContent.Of(message.MessageText ?? "");
        var stored = message.InsertedOn ?? DateTimeOffset.UnixEpoch;
        var shown = content.Own ?? Message.Foreign(message.MessageId, stored, new ForeignBody(content.Body, Message.DefaultContentType));
        return new(
            shown.Id.ToString("N"),
            shown.Time,
            stored,
            Deliveries: 0,
            "the letter beside this text is missing",
            content.Own?.ContentType,
            content.Own?.Key,
            content.Body);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listing of {Queue}: {Count} dead letters were shown.")]
        public static partial void Shown(ILogger logger, string queue, int count);

        [LoggerMessage(2, LogLevel.Information, "Listing of dead letters: {Count} recipients have some.")]
        public static partial void Listed(ILogger logger, int count);
    }
}

/// <summary>A dead letter, as it is shown.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Time">When it was pushed.</param>
/// <param name="DeadLettered">When it became a dead letter.</param>
/// <param name="Deliveries">How often it had been delivered.</param>
/// <param name="Reason">Why it is no longer delivered.</param>
/// <param name="ContentType">Its content type; null if that could not be read.</param>
/// <param name="Key">Its key, if it had one.</param>
/// <param name="Body">Its body; null if it is in a queue message that could not be shown.</param>
public sealed record ListedLetter(
    string Id,
    DateTimeOffset Time,
    DateTimeOffset DeadLettered,
    long Deliveries,
    string Reason,
    string? ContentType,
    string? Key,
    ReadOnlyMemory<byte>? Body);

/// <summary>The first dead letters of a recipient.</summary>
/// <param name="Letters">The letters.</param>
/// <param name="Count">How many there are, as Storage counts them.</param>
/// <param name="Older">How many queue messages are left in the queue of earlier versions.</param>
public sealed record LettersOfRecipient(IReadOnlyList<ListedLetter> Letters, long Count, long Older);

/// <summary>Recipients that have dead letters.</summary>
/// <param name="Recipients">The recipients, with how many letters they have.</param>
/// <param name="Next">Where the next part begins; null if there is none.</param>
/// <param name="Older">How many queue messages are left in the queue of earlier versions.</param>
public sealed record RecipientsWithLetters(
    IReadOnlyList<(Recipient Recipient, long Letters)> Recipients, QueuePosition? Next, long Older);
