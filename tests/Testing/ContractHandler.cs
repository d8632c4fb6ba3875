using System.Globalization;
using System.Net;
using System.Text.Json;

namespace FuncComet.Testing;

/// <summary>
/// Lets an answer through where openapi.yaml has it: its path, method and status, its headers, and its body where that is ours. Else it throws an
/// <see cref="InvalidDataException"/>.
/// </summary>
/// <param name="api">The address that the document's paths follow, with a slash at its end.</param>
/// <param name="inner">What asks.</param>
public sealed class ContractHandler(Uri api, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string AnyMediaType = "*/*";

    private static readonly OpenApiDocument Document = OpenApiDocument.Current;

    // The name that the answer has in the document, kept with its request.
    private static readonly HttpRequestOptionsKey<string> Name = new("openapi.yaml");

    /// <summary>Which answer of the document this one, which was let through, is; as <see cref="OpenApiDocument.Answers"/> writes them.</summary>
    public static string NameOf(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.RequestMessage!.Options.TryGetValue(Name, out var name) ? name : throw new InvalidOperationException("It did not come through here.");
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
        var name = $"{request.Method} {path} {(int)answer.StatusCode}";
        var operations = Document.Operations.Where(operation => operation.Path == path).ToList();
        var operation = operations.Find(operation => operation.Method == request.Method.Method);
        return answer.StatusCode switch
        {
            // The host's own, of which OpenAPI cannot tell: no path, no method.
            HttpStatusCode.NotFound when operations.Count == 0 => name,
            HttpStatusCode.RequestUriTooLong => name,
            HttpStatusCode.MethodNotAllowed when operations.Count > 0 && operation is null => await MatchNotAllowedAsync(name, operations, answer, cancellationToken),
            _ when operation?.Responses.TryGetValue($"{(int)answer.StatusCode}", out var response) == true => await MatchAsync(name, response, answer, cancellationToken),
            _ => throw new InvalidDataException($"{name} is not in openapi.yaml."),
        };
    }

    private static async Task<string> MatchAsync(string name, JsonElement response, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!response.TryGetProperty("headers", out var headers))
        {
            // The host's own, of which the document says no more than the status.
            return name;
        }

        MatchHeaders(name, headers, answer);
        if (!response.TryGetProperty("content", out var content))
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return body.Length == 0 ? name : throw new InvalidDataException($"{name} has no body in openapi.yaml.");
        }

        var sent = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (!content.TryGetProperty(sent, out var media))
        {
            return content.TryGetProperty(AnyMediaType, out _) ? $"{name} {AnyMediaType}" : throw new InvalidDataException($"{name} is never '{sent}' in openapi.yaml.");
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
        if (!answer.Content.Headers.Allow.Order().SequenceEqual(operations.Select(operation => operation.Method).Order()))
        {
            throw new InvalidDataException($"{name} allows other methods than openapi.yaml: {string.Join(", ", answer.Content.Headers.Allow)}.");
        }

        if (answer.RequestMessage!.Method == HttpMethod.Head)
        {
            return name;
        }

        var body = await MatchBodyAsync(name, Document.ProblemSchema, answer, cancellationToken);
        return $"{name} {OpenApiDocument.CodeOf(body.GetProperty("type"))}";
    }

    /// <summary>
    /// Of the document's headers, which are all among its components, those that this answer must have are there, those that are there are as it says, and none is
    /// there that this answer does not have.
    /// </summary>
    private static void MatchHeaders(string name, JsonElement documented, HttpResponseMessage answer)
    {
        foreach (var header in Document.Headers.EnumerateObject())
        {
            var isThere = answer.Headers.NonValidated.TryGetValues(header.Name, out var values)
                || answer.Content.Headers.NonValidated.TryGetValues(header.Name, out values);
            var isDocumented = documented.TryGetProperty(header.Name, out _);
            var isRequired = isDocumented && header.Value.TryGetProperty("required", out var required) && required.GetBoolean();
            if (isThere ? !isDocumented : isRequired)
            {
                throw new InvalidDataException($"{name} {(isThere ? "does not have" : "must have")} {header.Name} in openapi.yaml.");
            }

            if (isThere)
            {
                // Digits are a number where the schema wants one, and else a text as good as any.
                var schema = header.Value.GetProperty("schema");
                var text = values.ToString();
                var refused = Document.Refuse(schema, JsonSerializer.SerializeToElement(text));
                if (refused is not null && long.TryParse(text, CultureInfo.InvariantCulture, out var number))
                {
                    refused = Document.Refuse(schema, JsonSerializer.SerializeToElement(number));
                }

                ThrowWhere(refused, $"{header.Name} of {name}");
            }
        }
    }

    private static async Task<JsonElement> MatchBodyAsync(string name, JsonElement schema, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        var body = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        ThrowWhere(Document.Refuse(schema, body), $"The body of {name}");
        return body;
    }

    private static void ThrowWhere(string? refused, string what)
    {
        if (refused is not null)
        {
            throw new InvalidDataException($"{what} is not as openapi.yaml says. {refused}");
        }
    }
}
