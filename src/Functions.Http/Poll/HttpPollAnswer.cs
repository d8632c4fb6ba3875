using System.Globalization;
using FuncComet.Functions.Answers;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Poll;

/// <summary>Hands an answer to the client's connection and says what became of it; what it looks like is its form's.</summary>
internal abstract class HttpPollAnswer(HttpContext context, ClientGone clientGone) : IPollAnswer
{
    /// <summary>Receipts that the poll acknowledged too late.</summary>
    protected IReadOnlyList<string> Expired { get; private set; } = [];

    public void Acknowledged(IReadOnlyList<string> expired)
    {
        Expired = expired;
        if (expired.Count > 0 && !clientGone.IsKnown)
        {
            context.Response.Headers[ResponseHeaders.Expired] = expired.Count.ToString(CultureInfo.InvariantCulture);
        }
    }

    public async Task<Handover> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        // When a client has left, the host may end the request and take the context back while this function still runs: look before touching it.
        if (cancellationToken.IsCancellationRequested)
        {
            return Handover.NotBegun;
        }

        try
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            ResponseHeaders.Set(context.Response.Headers);
            Write(context.Response, messages);
            var flushed = await context.Response.BodyWriter.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return Handover.Broken;
            }

            await context.Response.CompleteAsync();
            return Handover.Written;
        }
        catch (Exception ex) when (cancellationToken.IsCancellationRequested || ex is IOException)
        {
            if (!clientGone.IsKnown)
            {
                // It reads so slowly that the lease would end first: half an answer must not look like a whole one.
                context.Abort();
            }

            return Handover.Broken;
        }
    }

    /// <summary>Sets the headers and writes the body, without sending anything yet.</summary>
    protected abstract void Write(HttpResponse response, IReadOnlyList<LeasedMessage> messages);
}
