using System.Xml;
using Azure;
using Azure.Identity;
using Azure.Storage.Queues.Models;

namespace FuncComet.Mailboxes;

/// <summary>The one place where a call to Storage gets its deadline and a failure of Storage becomes ours.</summary>
internal static class StorageCall
{
    /// <summary>Makes a call.</summary>
    /// <param name="what">What Storage is asked to do, for the message of the exception.</param>
    /// <param name="deadline">The longest it may take, retries included.</param>
    /// <param name="time">The clock.</param>
    /// <param name="call">The call.</param>
    /// <param name="passOn">An answer of Storage that the caller wants to see as it is.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    /// <exception cref="StorageUnavailableException">Storage did not do it.</exception>
    public static async Task<T> RunAsync<T>(
        string what, TimeSpan deadline, TimeProvider time, Func<CancellationToken, Task<T>> call, QueueErrorCode? passOn = null, CancellationToken cancellationToken = default)
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
        catch (Exception ex) when (ex is RequestFailedException or OperationCanceledException or AggregateException or AuthenticationFailedException or XmlException or IOException)
        {
            // AggregateException is how the SDK reports that its retries are used up; XmlException, that somebody else answered in Storage's place.
            throw new StorageUnavailableException($"Storage did not {what}: {Reason(ex)}.", ex);
        }
    }

    // One line for a log; the SDK's own messages go on with headers and bodies.
    private static string Reason(Exception exception) => exception switch
    {
        RequestFailedException { Status: > 0 } failed => $"{failed.Status} {failed.ErrorCode}",
        AggregateException { InnerExceptions: [.., var last] } => Reason(last),
        OperationCanceledException => "no answer in time",
        _ => $"{exception.GetType().Name}, {exception.Message.Split('\n', 2)[0].TrimEnd('\r', '.')}",
    };
}
