using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Queues;
using FuncComet.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.WakeUp.Tests;

/// <summary>A FuncComet that writes notes, and the application's function app beside it.</summary>
public sealed class WakeUpApp : IAsyncLifetime
{
    private const string FunctionKey = "wake-up-tests";

    private static int _last;

    private readonly Azurite _azurite = new();
    private readonly ECDsa _vapid = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, string> _notes = [];
    private LocalHostProcess _host = null!;
    private ServiceProvider _services = null!;

    internal YourSubscriptions Subscriptions => (YourSubscriptions)_services.GetRequiredService<ISubscriptions>();

    /// <summary>The application's public key for push services, in base64url.</summary>
    internal string PublicKey =>
        Base64Url.EncodeToString(SubscribedBrowser.PointOf(_vapid.ExportParameters(includePrivateParameters: false).Q));

    internal HttpClient FuncComet { get; } = new();

    internal PushService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await PushService.StartAsync();
        await _azurite.InitializeAsync();
        _host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", _azurite.ConnectionString, "--enable-auth", FunctionKey],
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "false",
                ["FuncComet__Offline__Queue"] = "wake-up",
                ["FuncComet__Offline__After"] = "00:00:01",
            });
        FuncComet.BaseAddress = _host.Url;
        FuncComet.DefaultRequestHeaders.Add("x-functions-key", FunctionKey);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create<string, string?>("WakeUp:FuncComet", $"{_host.Url}"),
            KeyValuePair.Create<string, string?>("WakeUp:FunctionKey", FunctionKey),
            KeyValuePair.Create<string, string?>("WakeUp:PublicKey", PublicKey),
            KeyValuePair.Create<string, string?>(
                "WakeUp:PrivateKey", Base64Url.EncodeToString(_vapid.ExportParameters(includePrivateParameters: true).D)),
            KeyValuePair.Create<string, string?>("WakeUp:Subject", "mailto:operator@app.example"),
        ]).Build();
        var services = new ServiceCollection().AddWakeUp(configuration).AddSingleton<ISubscriptions, YourSubscriptions>();
        services.AddHttpClient("web-push").ConfigurePrimaryHttpMessageHandler(Service.NewHandler);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        FuncComet.Dispose();
        _vapid.Dispose();
        await _services.DisposeAsync();
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
        await Service.DisposeAsync();
    }

    /// <summary>A recipient that no other test uses.</summary>
    internal static string NewRecipient() => $"wake-up-{Interlocked.Increment(ref _last)}";

    /// <summary>Runs the function as its trigger would, with the text of a note.</summary>
    internal Task RunAsync(string note) =>
        ActivatorUtilities.CreateInstance<WakeUpFunction>(_services).RunAsync(note, TestContext.Current.CancellationToken).Bounded();

    internal async Task PushAsync(string recipient, string text = "hello")
    {
        using var content = new StringContent(text);
        using var pushed = await FuncComet.PostAsync($"push?rcpt={recipient}", content, TestContext.Current.CancellationToken).Bounded();
        pushed.EnsureSuccessStatusCode();
    }

    /// <summary>The text of the note about a message of this recipient, decoded as the trigger decodes it.</summary>
    internal async Task<string> NoteAsync(string recipient)
    {
        await Await.UntilAsync(
            async () =>
            {
                await ReceiveNotesAsync();
                return _notes.ContainsKey(recipient);
            },
            $"the note for {recipient}");
        return _notes[recipient];
    }

    // All tests share the queue, so a test may receive the note of another.
    private async Task ReceiveNotesAsync()
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        var queue = new QueueClient(_azurite.ConnectionString, "wake-up", options);

        // The first push creates the queue, in the background.
        if (!await queue.ExistsAsync(TestContext.Current.CancellationToken))
        {
            return;
        }

        var received = await queue.ReceiveMessagesAsync(32, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        foreach (var note in received.Value)
        {
            _notes[JsonElement.Parse(note.MessageText).GetProperty("rcpt").GetString()!] = note.MessageText;
        }
    }
}
