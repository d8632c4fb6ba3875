using System.Globalization;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// The bell queues. Each instance has one, on which other instances leave notes that name the recipients whose polls it
/// should wake. The queue's metadata says when its instance was last alive, so that others can remove the queue of an
/// instance that has ended.
/// </summary>
public sealed class BellQueues(QueueServiceClient storage, IOptions<MailboxOptions> options, TimeProvider time)
{
    /// <summary>The maximum number of notes that one read returns.</summary>
    public const int MaxNotes = 32;

    private const string AliveMetadata = "alive";

    // By then, the poll that an unread note was for has looked without a ring, or has left.
    private static readonly TimeSpan NoteLife = TimeSpan.FromSeconds(20);

    // Longer than a note lives, so a note that was read is never seen again and need not be deleted.
    private static readonly TimeSpan NoteLease = TimeSpan.FromSeconds(60);

    private string Prefix => $"{options.Value.QueuePrefix}-bell-";

    /// <summary>Creates an instance's queue.</summary>
    internal Task CreateAsync(string instance) => StorageCall.RunAsync(
        "create a bell queue", Mailbox.Deadline, time, token => Queue(instance).CreateAsync(Alive(), token));

    /// <summary>Records that an instance is alive; false if its queue has been removed.</summary>
    internal Task<bool> BeatAsync(string instance) => StorageCall.RunAsync(
        "write a bell queue's metadata",
        Mailbox.Deadline,
        time,
        async token =>
        {
            try
            {
                await Queue(instance).SetMetadataAsync(Alive(), token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return false;
            }
        });

    /// <summary>Leaves a note for an instance; false if that instance has ended, so that nobody needs the note.</summary>
    internal Task<bool> LeaveNoteAsync(string instance, Recipient recipient, TimeSpan deadline) => StorageCall.RunAsync(
        "send a note",
        deadline,
        time,
        async token =>
        {
            try
            {
                // Percent-encoded, since a queue message cannot hold every character.
                await Queue(instance).SendMessageAsync(Uri.EscapeDataString(recipient.Name), TimeSpan.Zero, NoteLife, token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return false;
            }
        });

    /// <summary>Reads up to <see cref="MaxNotes"/> notes that have not been read yet; null if the queue has been removed.</summary>
    internal Task<IReadOnlyList<Recipient>?> ReadNotesAsync(
        string instance, CancellationToken cancellationToken) => StorageCall.RunAsync<IReadOnlyList<Recipient>?>(
        "receive notes",
        Mailbox.Deadline,
        time,
        async token =>
        {
            try
            {
                var notes = (await Queue(instance).ReceiveMessagesAsync(MaxNotes, NoteLease, token)).Value;
                return notes.Length == 0 ? [] : [.. notes.Select(note => RecipientOf(note.MessageText)).OfType<Recipient>()];
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return null;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>Removes an instance's queue.</summary>
    internal Task DeleteAsync(string instance, TimeSpan deadline) => DeleteAsync(Queue(instance), deadline);

    /// <summary>
    /// Removes the queues of instances that have not been alive since <paramref name="lastAlive"/>, and returns their number.
    /// </summary>
    internal async Task<int> ClearAwayAsync(DateTimeOffset lastAlive)
    {
        var dead = await StorageCall.RunAsync("list bell queues", Mailbox.Deadline, time, async token =>
        {
            var names = new List<string>();
            await foreach (var queue in storage.GetQueuesAsync(QueueTraits.Metadata, Prefix, token))
            {
                if (queue.Metadata is null
                    || !queue.Metadata.TryGetValue(AliveMetadata, out var alive)
                    || !long.TryParse(alive, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    || seconds < lastAlive.ToUnixTimeSeconds())
                {
                    names.Add(queue.Name);
                }
            }

            return names;
        });
        foreach (var name in dead)
        {
            await DeleteAsync(storage.GetQueueClient(name), Mailbox.Deadline);
        }

        return dead.Count;
    }

    private Task<bool> DeleteAsync(QueueClient queue, TimeSpan deadline) => StorageCall.RunAsync(
        "delete a bell queue",
        deadline,
        time,
        async token =>
        {
            try
            {
                await queue.DeleteAsync(token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return false;
            }
        });

    private QueueClient Queue(string instance) => storage.GetQueueClient(Prefix + instance);

    private Dictionary<string, string> Alive() => new()
    {
        [AliveMetadata] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    private static Recipient? RecipientOf(string note) =>
        Recipient.TryParse(Uri.UnescapeDataString(note), out var recipient) ? recipient : null;
}
