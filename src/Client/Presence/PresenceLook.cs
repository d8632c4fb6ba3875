using FuncComet.Client.Connection;

namespace FuncComet.Client.Presence;

/// <summary>Asks which recipients are waiting, with one request for as many recipients as fit in its query.</summary>
internal sealed class PresenceLook(FunctionApp app)
{
    public async Task<IReadOnlyList<RecipientPresence>> SendAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, PresenceJson>(StringComparer.Ordinal);
        var rest = new Queue<string>(recipients);
        while (rest.Count > 0)
        {
            var target = app.Target("presence");
            target.TakeFitting("rcpt", rest);
            var request = new HttpRequestMessage(HttpMethod.Get, target.Uri);
            var answer = await app.AsApplicationAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (var presence in answer.Read(CometJson.Default.PresenceListJson).Presence)
            {
                known[presence.Rcpt] = presence;
            }
        }

        return [.. recipients.Select(recipient => Of(recipient, known.GetValueOrDefault(recipient)))];
    }

    private static RecipientPresence Of(string recipient, PresenceJson? presence) => new(recipient, presence?.Waiting, presence?.LastSeen);
}
