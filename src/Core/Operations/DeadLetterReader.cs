using System.Diagnostics.CodeAnalysis;
using FuncComet.Mailboxes;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// Receives the letters of one dead-letter queue, for one call. It puts letters and the texts beside them together, and remembers what
/// the call does not take away, which is given back at the end.
/// </summary>
internal sealed partial class DeadLetterReader(Mailbox queue, CallTime call, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How long letters are hidden. Longer than a send takes, so that no other call moves the same letter; and short, since the letters
    /// that an instance held when it died come back after that time. A call may be longer: it knows letters again that come back.
    /// </summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, LeasedMessage> _setAside = [];

    // Texts whose letter has not been received yet, and the other way round, by the text's id in the queue.
    private readonly Dictionary<string, LeasedMessage> _texts = [];
    private readonly Dictionary<string, ReadLetter> _withoutText = [];

    /// <summary>Whether the last batch was the end of the queue, and not of the call's time.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>How many texts beside letters were received and not taken away. They are no letters of their own.</summary>
    public int TextsLeft { get; private set; }

    /// <summary>How many queue messages the call has seen and not taken away.</summary>
    public int Kept => _setAside.Count + _texts.Count + _withoutText.Count;

    /// <summary>Texts without a letter: the instance died that wrote the letter or moved it. Complete at the end of the queue.</summary>
    public IReadOnlyCollection<LeasedMessage> Orphans => [.. _texts.Values];

    /// <summary>The next letters, complete with their texts; null at the end of the queue or of the call's time.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<IReadOnlyList<ReadLetter>?> NextAsync()
    {
        while (!call.IsOver)
        {
            var received = await queue.ReceiveAsync(CallLimits.AtOnce, Lease, Mailbox.Deadline) ?? [];
            var isAnyNew = false;
            var complete = new List<ReadLetter>();
            foreach (var message in received)
            {
                isAnyNew |= _seen.Add(message.QueueMessageId);
                if (Take(message) is { } letter)
                {
                    complete.Add(letter);
                }
            }

            if (complete.Count > 0)
            {
                return complete;
            }

            // Everything that could be received has been: now only letters come that were set aside.
            if (!isAnyNew)
            {
                IsAtEnd = true;
                return null;
            }
        }

        return null;
    }

    /// <summary>Leaves a letter where it is.</summary>
    public void SetAside(ReadLetter letter)
    {
        _setAside[letter.Received.QueueMessageId] = letter.Received;
        if (letter.Verbatim is { } verbatim)
        {
            TextsLeft++;
            _setAside[verbatim.QueueMessageId] = verbatim;
        }
    }

    /// <summary>
    /// Removes a letter, and then the text beside it. If only the first succeeds, the text counts as a letter of its own after a while.
    /// The other way round, a letter without a text would be left.
    /// </summary>
    public async Task RemoveAsync(ReadLetter letter)
    {
        await queue.DeleteAsync(letter.Received, Mailbox.Deadline);
        if (letter.Verbatim is { } verbatim)
        {
            await queue.DeleteAsync(verbatim, Mailbox.Deadline);
        }
    }

    /// <summary>Removes a text without a letter.</summary>
    public Task RemoveAsync(LeasedMessage orphan) => queue.DeleteAsync(orphan, Mailbox.Deadline);

    /// <summary>Gives back what was not taken away. If Storage fails, it comes back when the lease ends.</summary>
    public async Task GiveBackAsync()
    {
        var kept = _setAside.Values.Concat(_texts.Values).Concat(_withoutText.Values.Select(letter => letter.Received));
        try
        {
            foreach (var some in kept.Chunk(CallLimits.AtOnce))
            {
                await Task.WhenAll(some
                    .Where(message => message.LeaseLeft(time) > TimeSpan.Zero)
                    .Select(message => queue.GiveBackAsync(message, undelivered: false, Mailbox.Deadline)));
            }
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotGivenBack(logger, queue.QueueName, ex.Message);
        }
    }

    // Null if the message is only part of a letter, or was set aside before.
    private ReadLetter? Take(LeasedMessage message)
    {
        var id = message.QueueMessageId;
        if (_setAside.ContainsKey(id))
        {
            _setAside[id] = message;
            return null;
        }

        if (!DeadLetter.TryDecode(message.QueueText, out var letter))
        {
            if (_withoutText.Remove(id, out var waiting))
            {
                return waiting with { Verbatim = message };
            }

            _texts[id] = message;
            return null;
        }

        if (letter.VerbatimIn is not { } text)
        {
            return new ReadLetter(letter, message, Verbatim: null);
        }

        if (_texts.Remove(text, out var verbatim))
        {
            return new ReadLetter(letter, message, verbatim);
        }

        _withoutText[text] = new ReadLetter(letter, message, Verbatim: null);
        return null;
    }

    private static partial class Log
    {
        // The logger is the caller's, so the number is none of the caller's own.
        [LoggerMessage(
            11,
            LogLevel.Warning,
            "Dead letters of {Queue} could not be given back, and come back when their lease ends: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, string queue, string reason);
    }
}

/// <summary>A letter that was received.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="Received">Its queue message.</param>
/// <param name="Verbatim">The queue message with the original text, if the letter names one.</param>
internal sealed record ReadLetter(DeadLetter Letter, LeasedMessage Received, LeasedMessage? Verbatim)
{
    /// <summary>The content; false if the letter has none.</summary>
    public bool TryRead([NotNullWhen(true)] out DeadLetterContent? content) =>
        Letter.TryRead(Verbatim?.QueueText, out content);

    /// <summary>Whether nobody else can receive it before a request has ended that begins now.</summary>
    public bool IsHeldForARequest(TimeProvider time) =>
        Received.LeaseLeft(time) > Mailbox.Deadline && (Verbatim is null || Verbatim.LeaseLeft(time) > Mailbox.Deadline);
}
