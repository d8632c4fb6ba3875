using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FuncComet.Bench.Simulating;

/// <summary>A queue in memory that counts its requests. It has what waiting and delivering need, and no failure.</summary>
internal sealed class CountingQueue(TimeProvider time, Action<string> count) : QueueClient
{
    /// <summary>The operation that counts the messages, hidden ones too.</summary>
    public const string Count = "count";

    /// <summary>The operation that publishes a presence, or removes it.</summary>
    public const string WriteMetadata = "write metadata";

    private readonly List<Entry> _entries = [];
    private IDictionary<string, string>? _metadata;
    private bool _exists;
    private int _receipts;

    public override Task<Response> CreateAsync(
        IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        count("create");
        (_exists, _metadata) = (true, metadata);
        return Task.FromResult<Response>(null!);
    }

    public override Task<Response> SetMetadataAsync(IDictionary<string, string> metadata, CancellationToken cancellationToken = default) =>
        AnswerAsync(WriteMetadata, Response () =>
        {
            _metadata = metadata;
            return null!;
        });

    public override Task<Response<QueueProperties>> GetPropertiesAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync(Count, () => Value(QueuesModelFactory.QueueProperties(_metadata, There().Count)));

    public override Task<Response<PeekedMessage>> PeekMessageAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync("peek", () => Value(FirstVisible() is { } entry
            ? QueuesModelFactory.PeekedMessage(entry.Id, entry.Text, entry.Received, time.GetUtcNow(), entry.ExpiresOn)
            : null!));

    public override Task<Response<SendReceipt>> SendMessageAsync(
        string messageText,
        TimeSpan? visibilityTimeout = null,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("send", () =>
        {
            var now = time.GetUtcNow();
            var entry = new Entry(Guid.NewGuid().ToString(), messageText, now + timeToLive!.Value)
            {
                VisibleOn = now + (visibilityTimeout ?? TimeSpan.Zero),
            };
            _entries.Add(entry);
            return Value(QueuesModelFactory.SendReceipt(entry.Id, now, entry.ExpiresOn, Receipt(entry), entry.VisibleOn));
        });

    public override Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
        int? maxMessages = null,
        TimeSpan? visibilityTimeout = null,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("receive", () =>
        {
            var received = new List<QueueMessage>();
            while (received.Count < maxMessages && FirstVisible() is { } entry)
            {
                entry.VisibleOn = time.GetUtcNow() + visibilityTimeout!.Value;
                entry.Received++;
                received.Add(QueuesModelFactory.QueueMessage(
                    entry.Id, Receipt(entry), entry.Text, entry.Received, entry.VisibleOn, time.GetUtcNow(), entry.ExpiresOn));
            }

            return Value(received.ToArray());
        });

    public override Task<Response> DeleteMessageAsync(string messageId, string popReceipt, CancellationToken cancellationToken = default) =>
        AnswerAsync("delete", Response () =>
        {
            _entries.RemoveAll(entry => entry.Id == messageId && entry.PopReceipt == popReceipt);
            return null!;
        });

    private static Response<T> Value<T>(T value) => Response.FromValue(value, null!);

    private Task<T> AnswerAsync<T>(string request, Func<T> answer)
    {
        count(request);
        return _exists
            ? Task.FromResult(answer())
            : Task.FromException<T>(new RequestFailedException(404, "", QueueErrorCode.QueueNotFound.ToString(), innerException: null));
    }

    private Entry? FirstVisible() => There().Find(entry => entry.VisibleOn <= time.GetUtcNow());

    private List<Entry> There()
    {
        _entries.RemoveAll(entry => entry.ExpiresOn <= time.GetUtcNow());
        return _entries;
    }

    private string Receipt(Entry entry) => entry.PopReceipt = $"receipt-{++_receipts}";

    private sealed class Entry(string id, string text, DateTimeOffset expiresOn)
    {
        public string Id => id;

        public string Text => text;

        public DateTimeOffset ExpiresOn => expiresOn;

        public DateTimeOffset VisibleOn { get; set; }

        public string PopReceipt { get; set; } = "";

        public int Received { get; set; }
    }
}
