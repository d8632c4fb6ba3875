using System.Globalization;
using System.Net;
using System.Text.Json;

namespace FuncComet.Testing;

/// <summary>
/// Checks every answer against openapi.yaml: path, method, status, headers, and the body unless it is a pushed message. Throws an
/// <see cref="InvalidDataException"/> for an answer that the document does not allow.
/// </summary>
/// <param name="api">The base address of the document's paths; ends in a slash.</param>
/// <param name="inner">The handler that sends the requests.</param>
public sealed class ContractHandler(Uri api, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string AnyMediaType = "*/*";

    private static readonly OpenApiDocument Document = OpenApiDocument.Current;

    // The answer's name in the document is stored with its request.
    private static readonly HttpRequestOptionsKey<string> Name = new("openapi.yaml");

    /// <summary>
    /// Returns the document's name of an answer that this handler has checked, in the form of <see cref="OpenApiDocument.Answers"/>.
    /// </summary>
    public static string NameOf(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.RequestMessage!.Options.TryGetValue(Name, out var name)
            ? name
            : throw new InvalidOperationException($"The answer did not come through a {nameof(ContractHandler)}.");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            request.Options.Set(Name, await MatchAsync(request, answer, cancellationToken));
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<string> MatchAsync(HttpRequestMessage request, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var path = $"/{request.RequestUri!.AbsolutePath[api.AbsolutePath.Length..]}";
        var status = (int)answer.StatusCode;
        var name = $"{request.Method} {path} {status}";
        var operations = Document.Operations.Where(operation => operation.Path == path).ToList();
        var operation = operations.Find(operation => operation.Method == request.Method.Method);
        return answer.StatusCode switch
        {
            // The host's own answers, which OpenAPI cannot describe: they belong to no path or to no method.
            HttpStatusCode.NotFound when operations.Count == 0 => name,
            HttpStatusCode.RequestUriTooLong => name,
            HttpStatusCode.MethodNotAllowed when operations.Count > 0 && operation is null =>
                await MatchNotAllowedAsync(name, operations, answer, cancellationToken),
            _ when operation?.Responses.TryGetValue($"{status}", out var response) == true =>
                await MatchAsync(name, response, answer, cancellationToken),
            _ => throw new InvalidDataException($"{name} is not in openapi.yaml."),
        };
    }

    private static async Task<string> MatchAsync(
        string name,
        JsonElement response,
        HttpResponseMessage answer,
        CancellationToken cancellationToken)
    {
        if (!response.TryGetProperty("headers", out var headers))
        {
            // The host's own answer: the document says only its status.
            return name;
        }

        MatchHeaders(name, headers, answer);
        if (!response.TryGetProperty("content", out var content))
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return body.Length == 0 ? name : throw new InvalidDataException($"{name} has no body in openapi.yaml.");
        }

        var sent = answer.Content.Headers.ContentType?.MediaType ?? "";

        // A message may itself be JSON. Only max in the query tells it from a batch.
        var isMessage = content.TryGetProperty(AnyMediaType, out _)
            && !answer.RequestMessage!.RequestUri!.Query.Split('?', '&').Any(each => each.StartsWith("max=", StringComparison.Ordinal));
        if (isMessage)
        {
            return $"{name} {AnyMediaType}";
        }

        if (!content.TryGetProperty(sent, out var media))
        {
            throw new InvalidDataException($"{name} is never '{sent}' in openapi.yaml.");
        }

        var json = await MatchBodyAsync(name, media.GetProperty("schema"), answer, cancellationToken);
        return $"{name} {(sent == OpenApiDocument.ProblemMediaType ? OpenApiDocument.CodeOf(json.GetProperty("type")) : sent)}";
    }

    private static async Task<string> MatchNotAllowedAsync(
        string name,
        IEnumerable<OpenApiOperation> operations,
        HttpResponseMessage answer,
        CancellationToken cancellationToken)
    {
        var allowed = answer.Content.Headers.Allow;
        if (!allowed.Order().SequenceEqual(operations.Select(operation => operation.Method).Order()))
        {
            throw new InvalidDataException($"{name} allows other methods than openapi.yaml: {string.Join(", ", allowed)}.");
        }

        if (answer.RequestMessage!.Method == HttpMethod.Head)
        {
            return name;
        }

        var body = await MatchBodyAsync(name, Document.ProblemSchema, answer, cancellationToken);
        return $"{name} {OpenApiDocument.CodeOf(body.GetProperty("type"))}";
    }

    /// <summary>
    /// Checks the headers that the document defines in its components: this answer has those that are required, no others than those that
    /// the document lists for it, and each matches its schema, which an answer may define anew.
    /// </summary>
    private static void MatchHeaders(string name, JsonElement documented, HttpResponseMessage answer)
    {
        foreach (var header in Document.Headers.EnumerateObject())
        {
            var isThere = answer.Headers.NonValidated.TryGetValues(header.Name, out var values)
                || answer.Content.Headers.NonValidated.TryGetValues(header.Name, out values);
            var isDocumented = documented.TryGetProperty(header.Name, out var definition);
            definition = isDocumented ? Document.Resolve(definition) : definition;
            var isRequired = isDocumented && definition.TryGetProperty("required", out var required) && required.GetBoolean();
            if (isThere ? !isDocumented : isRequired)
            {
                throw new InvalidDataException($"{name} {(isThere ? "does not have" : "must have")} {header.Name} in openapi.yaml.");
            }

            if (isThere)
            {
                // A header is text. If the schema refuses the text, it may want a number, so try that.
                var schema = definition.GetProperty("schema");
                var text = values.ToString();
                var refused = Document.Refuse(schema, JsonSerializer.SerializeToElement(text));
                if (refused is not null && long.TryParse(text, CultureInfo.InvariantCulture, out var number))
                {
                    refused = Document.Refuse(schema, JsonSerializer.SerializeToElement(number));
                }

                ThrowIfRefused(refused, $"{header.Name} of {name}");
            }
        }
    }

    private static async Task<JsonElement> MatchBodyAsync(
        string name,
        JsonElement schema,
        HttpResponseMessage answer,
        CancellationToken cancellationToken)
    {
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        var body = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        ThrowIfRefused(Document.Refuse(schema, body), $"The body of {name}");
        return body;
    }

    private static void ThrowIfRefused(string? refused, string what)
    {
        if (refused is not null)
        {
            throw new InvalidDataException($"{what} is not as openapi.yaml documents it. {refused}");
        }
    }
}
