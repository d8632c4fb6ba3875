using System.Text.Json;
using FuncComet.LocalHost;
using Json.Pointer;
using Json.Schema;
using YamlDotNet.Serialization;

namespace FuncComet.Testing;

/// <summary>The parts of openapi.yaml that tests compare with real answers.</summary>
public sealed class OpenApiDocument
{
    /// <summary>The media type of problems.</summary>
    public const string ProblemMediaType = "application/problem+json";

    // The document's references are made absolute with this address, so that they also resolve when a schema is taken out of the document.
    private const string Address = "urn:funccomet:openapi";
    private const string ProblemTypePrefix = "urn:funccomet:";

    private static readonly string[] Combinations = ["allOf", "oneOf"];
    private static readonly EvaluationOptions EveryError = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly JsonElement _document;
    private readonly BuildOptions _schemas = new() { SchemaRegistry = new SchemaRegistry() };

    private OpenApiDocument(string yaml)
    {
        var values = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(yaml);
        var json = new SerializerBuilder().JsonCompatible().Build().Serialize(values);
        _document = JsonElement.Parse(json.Replace("\"#/", $"\"{Address}#/", StringComparison.Ordinal));
        _schemas.SchemaRegistry.Register(new JsonElementBaseDocument(_document, new Uri(Address)));
        Operations = [.. _document.GetProperty("paths").EnumerateObject().SelectMany(OperationsOf)];
        Answers = [.. Operations.SelectMany(AnswersOf)];
    }

    /// <summary>The document of this repository.</summary>
    public static OpenApiDocument Current { get; } = new(File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "openapi.yaml")));

    /// <summary>All operations: each method of each path.</summary>
    public IReadOnlyList<OpenApiOperation> Operations { get; }

    /// <summary>
    /// The names of all documented answers, such as <c>GET /poll 400 bad-recipient</c>: method, path and status; for an answer with a body
    /// also the problem's code or, if it is no problem, the media type. Answers that OpenAPI cannot describe (405, and the host's 404 and
    /// 414) are missing.
    /// </summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>All headers that the document defines, by name.</summary>
    public JsonElement Headers => Component("headers");

    /// <summary>The schema that all problems share.</summary>
    public JsonElement ProblemSchema => Component("schemas").GetProperty("Problem");

    /// <summary>Returns the code of a problem: its <c>type</c> without the common prefix.</summary>
    public static string CodeOf(JsonElement problemType) => problemType.GetString()![ProblemTypePrefix.Length..];

    /// <summary>Says why a value does not match a schema; null if it does.</summary>
    public string? Refuse(JsonElement schema, JsonElement value)
    {
        // The schema registry is not thread-safe.
        lock (_schemas)
        {
            var result = JsonSchema.FromText(schema.GetRawText(), _schemas).Evaluate(value, EveryError);
            var errors = from detail in result.Details from error in detail.Errors ?? [] select $"{detail.InstanceLocation} {error.Value}";
            return result.IsValid ? null : $"{string.Join("; ", errors)}: {value.GetRawText()}";
        }
    }

    /// <summary>Follows a reference; returns anything else as it is.</summary>
    public JsonElement Resolve(JsonElement node)
    {
        if (!node.TryGetProperty("$ref", out var reference))
        {
            return node;
        }

        var pointer = JsonPointer.Parse(reference.GetString()![(Address.Length + 1)..]);
        return Resolve(pointer.Evaluate(_document)!.Value);
    }

    private JsonElement Component(string kind) => _document.GetProperty("components").GetProperty(kind);

    private IEnumerable<OpenApiOperation> OperationsOf(JsonProperty path) =>
        from member in path.Value.EnumerateObject()
        where member.Value.ValueKind == JsonValueKind.Object
        select new OpenApiOperation(member.Name.ToUpperInvariant(), path.Name)
        {
            Responses = member.Value.GetProperty("responses").EnumerateObject()
                .ToDictionary(response => response.Name, response => Resolve(response.Value)),
            Ranges = member.Value.TryGetProperty("parameters", out var parameters)
                ? [.. parameters.EnumerateArray().Select(Resolve).SelectMany(RangesOf)]
                : [],
        };

    private static IEnumerable<(string Parameter, int Least, int Most)> RangesOf(JsonElement parameter)
    {
        var schema = parameter.GetProperty("schema");
        return schema.TryGetProperty("minimum", out var least) && schema.TryGetProperty("maximum", out var most)
            ? [(parameter.GetProperty("name").GetString()!, least.GetInt32(), most.GetInt32())]
            : [];
    }

    private IEnumerable<string> AnswersOf(OpenApiOperation operation) =>
        from response in operation.Responses
        from body in response.Value.TryGetProperty("content", out var content) ? content.EnumerateObject().SelectMany(BodiesOf) : [""]
        select $"{operation.Method} {operation.Path} {response.Key}{body}";

    private IEnumerable<string> BodiesOf(JsonProperty media) =>
        media.Name == ProblemMediaType ? CodesOf(media.Value.GetProperty("schema")).Select(code => $" {code}") : [$" {media.Name}"];

    private IEnumerable<string> CodesOf(JsonElement schema)
    {
        schema = Resolve(schema);
        return schema.TryGetProperty("properties", out var properties)
            && properties.TryGetProperty("type", out var type)
            && type.TryGetProperty("const", out var code)
            ? [CodeOf(code)]
            : from combination in Combinations
              where schema.TryGetProperty(combination, out _)
              from part in schema.GetProperty(combination).EnumerateArray()
              from partCode in CodesOf(part)
              select partCode;
    }
}
