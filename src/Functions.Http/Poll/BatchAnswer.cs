using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Poll;

/// <summary>The answer to a poll with <c>max</c>: everything is in the JSON body, so a browser on another origin needs no header.</summary>
internal sealed class BatchAnswer(HttpContext context, bool withReceipts, ClientAborted clientAborted)
    : HttpPollAnswer(context, clientAborted)
{
    // Text of any script stays readable; characters that are special in HTML are still escaped.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    protected override void Write(HttpResponse response, IReadOnlyList<LeasedMessage> messages)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Json))
        {
            Write(json, messages);
        }

        // With its length, the answer needs no last chunk, which would be a packet of its own.
        response.ContentType = JsonAnswer.ContentType;
        response.ContentLength = body.WrittenCount;
        response.BodyWriter.Write(body.WrittenSpan);
    }

    private void Write(Utf8JsonWriter json, IReadOnlyList<LeasedMessage> messages)
    {
        json.WriteStartObject();
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            Write(json, message);
        }

        json.WriteEndArray();
        if (Expired.Count > 0)
        {
            json.WriteStartArray("expired");
            foreach (var receipt in Expired)
            {
                json.WriteStringValue(receipt);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, LeasedMessage leased)
    {
        var message = leased.Message;
        json.WriteStartObject();
        json.WriteString("id", message.Id.ToString("N"));
        json.WriteString("time", Rfc3339.Format(message.Time));
        json.WriteNumber("deliveries", leased.Deliveries);
        json.WriteString("contentType", message.ContentType);
        if (TextTypes.IsText(message.ContentType, message.Body.Span))
        {
            json.WriteString("text", message.Body.Span);
        }
        else
        {
            json.WriteBase64String("base64", message.Body.Span);
        }

        if (message.Key is not null)
        {
            json.WriteString("key", message.Key);
        }

        if (withReceipts)
        {
            json.WriteString("receipt", leased.Receipt.Text);
        }

        json.WriteEndObject();
    }
}
