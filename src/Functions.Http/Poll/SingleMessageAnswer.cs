using System.Buffers;
using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Poll;

/// <summary>The answer to a poll without <c>max</c>: one message's body as it was pushed, and everything else in headers.</summary>
internal sealed class SingleMessageAnswer(HttpContext context, bool withReceipt, ClientAborted clientAborted)
    : HttpPollAnswer(context, clientAborted)
{
    protected override void Write(HttpResponse response, IReadOnlyList<LeasedMessage> messages)
    {
        var message = messages[0].Message;
        response.ContentType = message.ContentType;
        response.ContentLength = message.Body.Length;
        response.Headers[ResponseHeaders.MessageId] = message.Id.ToString("N");
        response.Headers[ResponseHeaders.Time] = Rfc3339.Format(message.Time);
        response.Headers[ResponseHeaders.Deliveries] = messages[0].Deliveries.ToString(CultureInfo.InvariantCulture);
        if (message.Key is not null)
        {
            response.Headers[ResponseHeaders.IdempotencyKey] = message.Key;
        }

        if (withReceipt)
        {
            response.Headers[ResponseHeaders.Receipt] = messages[0].Receipt.Text;
        }

        response.BodyWriter.Write(message.Body.Span);
    }
}
