using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Testing;

/// <summary>
/// A queue in memory, under a clock that tests move. It behaves as Azurite does, or, if told to, as Azure documents its own service
/// where that is different. The contract tests of the mailbox run against both, and against Azurite.
/// </summary>
public sealed class FakeQueueClient(TimeProvider time, string name = "fake") : QueueClient
{
    private readonly List<Entry> _entries = [];
    private int _receipts;
    private DateTimeOffset _deletedUntil;

    /// <summary>Whether it answers as Azure documents where Azurite does not.</summary>
    public bool AnswersAsAzure { get; set; }

    /// <summary>Whether the next send is carried out twice, as when its first answer is lost and the client tries again.</summary>
    public bool SendsTwice { get; set; }

    /// <summary>Whether the queue exists.</summary>
    public bool IsThere { get; set; }

    /// <summary>The queue's metadata.</summary>
    public IDictionary<string, string>? Metadata { get; private set; }

    /// <summary>The operations of all requests so far, in order.</summary>
    public List<string> Requests { get; } = [];

    public int Peeks
    {
        get
        {
            lock (_entries)
            {
                return Requests.Count(request => request == "peek");
            }
        }
    }

    /// <summary>If set, every request throws it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Called with the operation when a request has been carried out, before the caller gets the answer.</summary>
    public Action<string> Answered { get; set; } = _ => { };

    /// <summary>Called with the operation before a request is carried out; the request waits for the returned task.</summary>
    public Func<string, CancellationToken, Task> Arrived { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Holds up the next request of an operation until the returned source completes or the request is cancelled.</summary>
    public TaskCompletionSource Hold(string request)
    {
        var held = new TaskCompletionSource();
        Arrived = (arrived, token) =>
        {
            if (arrived != request)
            {
                return Task.CompletedTask;
            }

            Arrived = (_, _) => Task.CompletedTask;
            return held.Task.WaitAsync(token);
        };
        return held;
    }

    public override string Name => name;

    public IEnumerable<string> Texts
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries.Select(entry => entry.Text)];
            }
        }
    }

    public override Task<Response> CreateAsync(
        IDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("create", Response () =>
        {
            if (IsThere)
            {
                throw Refused(409, QueueErrorCode.QueueAlreadyExists);
            }

            (IsThere, Metadata) = (true, metadata);
            return null!;
        }, cancellationToken);

    public override Task<Response> SetMetadataAsync(IDictionary<string, string> metadata, CancellationToken cancellationToken = default) =>
        AnswerAsync("metadata", Response () =>
        {
            Metadata = metadata;
            return null!;
        }, cancellationToken);

    public override Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync("delete queue", Response () =>
        {
            _entries.Clear();
            (IsThere, Metadata) = (false, null);
            _deletedUntil = AnswersAsAzure ? time.GetUtcNow() + AzureAnswers.DeletedNameIsRefused : default;
            return null!;
        }, cancellationToken);

    public override Task<Response<SendReceipt>> SendMessageAsync(
        string messageText,
        TimeSpan? visibilityTimeout = null,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("send", () =>
        {
            var now = time.GetUtcNow();
            var expiresOn = timeToLive < TimeSpan.Zero ? DateTimeOffset.MaxValue : now + timeToLive!.Value;
            var visibleOn = now + (visibilityTimeout ?? TimeSpan.Zero);
            var entry = Store();
            if (SendsTwice)
            {
                SendsTwice = false;
                entry = Store();
            }

            return Value(QueuesModelFactory.SendReceipt(entry.Id, entry.InsertedOn, entry.ExpiresOn, Receipt(entry), entry.VisibleOn));

            Entry Store()
            {
                var stored = new Entry(Guid.NewGuid().ToString(), messageText, now, expiresOn) { VisibleOn = visibleOn };
                _entries.Add(stored);
                return stored;
            }
        }, cancellationToken);

    public override Task<Response<PeekedMessage>> PeekMessageAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync("peek", () => Value(FirstVisible() is { } entry
            ? QueuesModelFactory.PeekedMessage(entry.Id, entry.Text, entry.DequeueCount, entry.InsertedOn, entry.ExpiresOn)
            : null!), cancellationToken);

    public override Task<Response<PeekedMessage[]>> PeekMessagesAsync(
        int? maxMessages = null, CancellationToken cancellationToken = default) =>
        AnswerAsync("peek", () =>
        {
            var visible = Visible().Take(maxMessages ?? 1);
            return Value(visible.Select(entry => QueuesModelFactory.PeekedMessage(
                entry.Id, entry.Text, entry.DequeueCount, entry.InsertedOn, entry.ExpiresOn)).ToArray());
        }, cancellationToken);

    public override Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
        int? maxMessages = null,
        TimeSpan? visibilityTimeout = null,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("receive", () =>
        {
            var received = Enumerable.Range(0, maxMessages!.Value).Select(_ => Receive(visibilityTimeout!.Value));
            return Value(received.OfType<QueueMessage>().ToArray());
        }, cancellationToken);

    public override Task<Response> DeleteMessageAsync(string messageId, string popReceipt, CancellationToken cancellationToken = default) =>
        AnswerAsync("delete", Response () =>
        {
            _entries.Remove(Held(messageId, popReceipt));
            return null!;
        }, cancellationToken);

    public override Task<Response<UpdateReceipt>> UpdateMessageAsync(
        string messageId,
        string popReceipt,
        string? messageText = null,
        TimeSpan visibilityTimeout = default,
        CancellationToken cancellationToken = default) =>
        AnswerAsync("update", () =>
        {
            var entry = Held(messageId, popReceipt);
            if (AnswersAsAzure && time.GetUtcNow() + visibilityTimeout > entry.ExpiresOn)
            {
                throw Refused(400, QueueErrorCode.OutOfRangeQueryParameterValue);
            }

            entry.Text = messageText ?? entry.Text;
            entry.VisibleOn = time.GetUtcNow() + visibilityTimeout;
            return Value(QueuesModelFactory.UpdateReceipt(Receipt(entry), entry.VisibleOn));
        }, cancellationToken);

    public override Task<Response<QueueProperties>> GetPropertiesAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync("properties", () =>
        {
            var count = _entries.Count(entry => entry.ExpiresOn > time.GetUtcNow());
            return Value(QueuesModelFactory.QueueProperties(Metadata, count));
        }, cancellationToken);

    public override Task<Response> ClearMessagesAsync(CancellationToken cancellationToken = default) =>
        AnswerAsync("clear", Response () =>
        {
            if (AnswersAsAzure && _entries.Count > AzureAnswers.ClearedAtOnce)
            {
                _entries.RemoveRange(0, AzureAnswers.ClearedAtOnce);
                throw Refused(500, QueueErrorCode.OperationTimedOut);
            }

            _entries.Clear();
            return null!;
        }, cancellationToken);

    public static RequestFailedException Failed(int status, QueueErrorCode code) => new(status, "", code.ToString(), innerException: null);

    // As Storage does, with its own time in whole seconds.
    private RequestFailedException Refused(int status, QueueErrorCode code) => RefusedAnswer.Exception(status, code, time.GetUtcNow());

    private static Response<T> Value<T>(T value) => Response.FromValue(value, null!);

    private async Task<T> AnswerAsync<T>(string request, Func<T> answer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_entries)
        {
            Requests.Add(request);
        }

        await Arrived(request, cancellationToken);
        T result;
        lock (_entries)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            if (time.GetUtcNow() < _deletedUntil)
            {
                throw Refused(409, QueueErrorCode.QueueBeingDeleted);
            }

            if (request != "create" && !IsThere)
            {
                throw Refused(404, QueueErrorCode.QueueNotFound);
            }

            result = answer();
        }

        Answered(request);
        return result;
    }

    private QueueMessage? Receive(TimeSpan visibilityTimeout)
    {
        if (FirstVisible() is not { } entry)
        {
            return null;
        }

        entry.VisibleOn = time.GetUtcNow() + visibilityTimeout;
        entry.DequeueCount++;
        return QueuesModelFactory.QueueMessage(
            entry.Id,
            Receipt(entry),
            entry.Text,
            entry.DequeueCount,
            entry.VisibleOn,
            entry.InsertedOn,
            entry.ExpiresOn);
    }

    private Entry? FirstVisible() => Visible().FirstOrDefault();

    private IEnumerable<Entry> Visible()
    {
        var now = time.GetUtcNow();
        _entries.RemoveAll(entry => entry.ExpiresOn <= now);
        return _entries.Where(entry => entry.VisibleOn <= now);
    }

    private Entry Held(string messageId, string popReceipt)
    {
        _entries.RemoveAll(entry => entry.ExpiresOn <= time.GetUtcNow());
        var entry = _entries.Find(candidate => candidate.Id == messageId) ?? throw Refused(404, QueueErrorCode.MessageNotFound);
        return entry.PopReceipt == popReceipt ? entry
            : throw (AnswersAsAzure ? Refused(404, QueueErrorCode.MessageNotFound) : Refused(400, QueueErrorCode.PopReceiptMismatch));
    }

    private string Receipt(Entry entry) => entry.PopReceipt = $"receipt-{++_receipts}";

    private sealed class Entry(string id, string text, DateTimeOffset insertedOn, DateTimeOffset expiresOn)
    {
        public string Id { get; } = id;

        public string Text { get; set; } = text;

        public DateTimeOffset InsertedOn { get; } = insertedOn;

        public DateTimeOffset ExpiresOn { get; } = expiresOn;

        public DateTimeOffset VisibleOn { get; set; }

        public string PopReceipt { get; set; } = "";

        public int DequeueCount { get; set; }
    }
}

/// <summary>A queue service in memory. It creates a <see cref="FakeQueueClient"/> for each queue name.</summary>
public sealed class FakeQueueService(TimeProvider time) : QueueServiceClient
{
    private readonly Dictionary<string, FakeQueueClient> _queues = [];

    /// <summary>Whether its queues answer as Azure documents where Azurite does not.</summary>
    public bool AnswersAsAzure { get; init; }

    /// <summary>If set, listing queues throws it.</summary>
    public Exception? ListFailure { get; set; }

    public override QueueClient GetQueueClient(string queueName) => Queue(queueName);

    /// <summary>The most queues in a page of a listing.</summary>
    public int PageSize { get; set; } = 5_000;

    /// <summary>The number of requests to list queues so far.</summary>
    public int Listings { get; private set; }

    public override AsyncPageable<QueueItem> GetQueuesAsync(
        QueueTraits traits = QueueTraits.None,
        string? prefix = null,
        CancellationToken cancellationToken = default) => new Pages(this, traits.HasFlag(QueueTraits.Metadata), prefix ?? "");

    /// <summary>The existing queues whose names start with the prefix.</summary>
    public IReadOnlyList<FakeQueueClient> There(string prefix)
    {
        lock (_queues)
        {
            return [.. _queues.Values.Where(queue => queue.IsThere && queue.Name.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    /// <summary>The instances' bell queues.</summary>
    public IReadOnlyList<FakeQueueClient> Bells => There("fc-bell-");

    public FakeQueueClient Of(Recipient recipient) => Queue(recipient.QueueName("fc"));

    public FakeQueueClient DeadLettersOf(Recipient recipient) => Queue(recipient.DeadLetterQueueName("fc"));

    /// <summary>The dead letters of earlier versions.</summary>
    public FakeQueueClient OlderDeadLetters => Queue("fc-dead-letters");

    public MailboxFactory Mailboxes() => Named.Mailboxes(this, time);

    private Page<QueueItem> List(bool withMetadata, string prefix, string? marker, int pageSize)
    {
        Listings++;
        if (ListFailure is not null)
        {
            throw ListFailure;
        }

        if (marker?.StartsWith(Pages.MarkerStart, StringComparison.Ordinal) == false)
        {
            throw RefusedAnswer.Exception(400, QueueErrorCode.OutOfRangeQueryParameterValue, time.GetUtcNow());
        }

        var queues = There(prefix)
            .OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .Where(queue => string.CompareOrdinal(Pages.MarkerStart + queue.Name, marker ?? "") >= 0)
            .Take(pageSize + 1)
            .ToArray();
        var items = queues.Take(pageSize)
            .Select(queue => QueuesModelFactory.QueueItem(queue.Name, withMetadata ? queue.Metadata : null));
        return Page<QueueItem>.FromValues([.. items], queues.Length > pageSize ? Pages.MarkerStart + queues[^1].Name : "", null!);
    }

    private FakeQueueClient Queue(string name)
    {
        lock (_queues)
        {
            return _queues.TryGetValue(name, out var queue)
                ? queue
                : _queues[name] = new FakeQueueClient(time, name) { AnswersAsAzure = AnswersAsAzure };
        }
    }

    // Storage lists by name and names the next queue in its marker.
    private sealed class Pages(FakeQueueService service, bool withMetadata, string prefix) : AsyncPageable<QueueItem>
    {
        public const string MarkerStart = "/account/";

        public override async IAsyncEnumerable<Page<QueueItem>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
        {
            var marker = continuationToken;
            do
            {
                await Task.CompletedTask;
                var page = service.List(
                    withMetadata, prefix, marker, Math.Min(service.PageSize, pageSizeHint ?? service.PageSize));
                marker = page.ContinuationToken;
                yield return page;
            }
            while (!string.IsNullOrEmpty(marker));
        }
    }
}
