using System.Net.Sockets;
using System.Xml;
using Azure;
using Azure.Identity;
using Azure.Storage.Queues.Models;

namespace FuncComet.Mailboxes;

/// <summary>
/// The one place that gives a call to Storage its deadline and translates a failure of Storage into an exception of ours.
/// </summary>
internal static class StorageCall
{
    // At least, as Azure documents it.
    private static readonly TimeSpan DeletedNameIsRefused = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call.</summary>
    /// <param name="what">What Storage is asked to do, for the exception's message.</param>
    /// <param name="deadline">The longest it may take, retries included.</param>
    /// <param name="time">The clock.</param>
    /// <param name="call">The call.</param>
    /// <param name="passOn">An error code of Storage that the caller handles itself.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StorageUnavailableException">Storage did not do it.</exception>
    public static async Task<T> RunAsync<T>(
            string what,
            TimeSpan deadline,
            TimeProvider time,
            Func<CancellationToken, Task<T>> call,
            QueueErrorCode? passOn = null,
            CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (RequestFailedException ex) when (passOn is { } code && ex.ErrorCode == code)
        {
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception ex) when (ex is RequestFailedException or OperationCanceledException or AggregateException
            or AuthenticationFailedException or XmlException or IOException or SocketException)
        {
            // The SDK reports used-up retries as AggregateException. XmlException means that the answer was not from Storage. HttpClient
            // throws a bare SocketException if a new connection breaks at once, and the SDK passes it on.
            throw new StorageUnavailableException($"Storage did not {what}: {Reason(ex)}.", ex)
            {
                RetryAfter = ex is RequestFailedException failed && failed.IsQueueBeingDeleted() ? DeletedNameIsRefused : null,
            };
        }
    }

    // One line for the log; the SDK's own messages continue with headers and bodies.
    private static string Reason(Exception exception) => exception switch
    {
        RequestFailedException { Status: > 0 } failed => $"{failed.Status} {failed.ErrorCode}",
        AggregateException { InnerExceptions: [.., var last] } => Reason(last),
        OperationCanceledException => "no answer in time",
        _ => $"{exception.GetType().Name}, {exception.Message.Split('\n', 2)[0].TrimEnd('\r', '.')}",
    };
}
