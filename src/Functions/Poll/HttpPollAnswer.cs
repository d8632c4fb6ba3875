using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Poll;

/// <summary>Writes a message as the answer to a poll without <c>max</c>: its bytes, and the rest in headers.</summary>
internal sealed class HttpPollAnswer(HttpContext context, CancellationToken clientGone) : IPollAnswer
{
    public async Task<Handover> WriteAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        // When a client has left, the host may end the request and take the context back while this function still runs: look before touching it.
        if (cancellationToken.IsCancellationRequested)
        {
            return Handover.NotBegun;
        }

        try
        {
            WriteHead(context.Response, message);
            var flushed = await context.Response.BodyWriter.WriteAsync(message.Message.Body, cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return Handover.Broken;
            }

            await context.Response.CompleteAsync();
            return Handover.Written;
        }
        catch (Exception ex) when (cancellationToken.IsCancellationRequested || ex is IOException)
        {
            if (!clientGone.IsCancellationRequested)
            {
                // It reads so slowly that the lease would end first: half an answer must not look like a whole one.
                context.Abort();
            }

            return Handover.Broken;
        }
    }

    private static void WriteHead(HttpResponse response, LeasedMessage leased)
    {
        var message = leased.Message;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = message.ContentType;
        response.ContentLength = message.Body.Length;
        response.Headers["Comet-Message-Id"] = message.Id.ToString("N");
        response.Headers["Comet-Time"] = Rfc3339.Format(message.Time);
        response.Headers["Comet-Deliveries"] = leased.Deliveries.ToString(CultureInfo.InvariantCulture);
        if (message.Key is not null)
        {
            response.Headers["Idempotency-Key"] = message.Key;
        }
    }
}
