using System.Net;
using System.Text.Json;
using Lib.Net.Http.WebPush;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.WakeUp;

/// <summary>Sends a Web Push to the browsers of a recipient whose messages wait and who does not poll.</summary>
public sealed class WakeUpFunction(Mailboxes mailboxes, ISubscriptions subscriptions, PushServiceClient webPush)
{
    // The browser gets the call when it is next online, but not after this time.
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    [Function("WakeUp")]
    public async Task RunAsync(
        [QueueTrigger("wake-up", Connection = "FuncCometStorage")] string text, CancellationToken cancellationToken)
    {
        var note = JsonSerializer.Deserialize(text, WakeUpJson.Default.Note)
            ?? throw new InvalidDataException("The queue message is not a note.");

        // The note is some time old. The recipient may have come back and read the message.
        if (await mailboxes.GetAsync(note.Rcpt, cancellationToken) is { Messages: > 0, Waiting: false })
        {
            var browsers = await subscriptions.OfAsync(note.Rcpt, cancellationToken);

            // If one fails, the trigger repeats the note, and the others are called again. A call has a topic, so
            // the push service keeps only the latest for a browser that is offline.
            await Task.WhenAll(browsers.Select(browser => SendAsync(note, browser, cancellationToken)));
        }
    }

    private async Task SendAsync(Note note, PushSubscription browser, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.Serialize(new WakeUpCall(note.Rcpt), WakeUpJson.Default.WakeUpCall);
        var call = new PushMessage(content)
        {
            Topic = "wake-up",
            TimeToLive = (int)Life.TotalSeconds,
            Urgency = PushMessageUrgency.High,
        };
        try
        {
            await webPush.RequestPushMessageDeliveryAsync(browser, call, cancellationToken);
        }
        catch (PushServiceClientException ex) when (ex.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            await subscriptions.RemoveAsync(note.Rcpt, browser, cancellationToken);
        }
    }
}
