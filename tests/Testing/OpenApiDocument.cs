using System.Text.Json;
using FuncComet.LocalHost;
using Json.Pointer;
using Json.Schema;
using YamlDotNet.Serialization;

namespace FuncComet.Testing;

/// <summary>openapi.yaml, as far as tests compare it with what is answered.</summary>
public sealed class OpenApiDocument
{
    /// <summary>How problems are sent.</summary>
    public const string ProblemMediaType = "application/problem+json";

    // What the document's own references lead to, from wherever in it a schema is taken.
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

    /// <summary>The one of this clone.</summary>
    public static OpenApiDocument Current { get; } = new(File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "openapi.yaml")));

    /// <summary>Each method of each path.</summary>
    public IReadOnlyList<OpenApiOperation> Operations { get; }

    /// <summary>
    /// Every answer there is, as <c>GET /poll 400 bad-recipient</c>: method, path, status, and where there is a body the problem's code or else the media type. What
    /// OpenAPI has no place for (405, and the host's 404 and 414) is not among them.
    /// </summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>The headers that there are, by name.</summary>
    public JsonElement Headers => Component("headers");

    /// <summary>The schema that all problems have in common.</summary>
    public JsonElement ProblemSchema => Component("schemas").GetProperty("Problem");

    /// <summary>What a problem's <c>type</c> says beyond the prefix that all have.</summary>
    public static string CodeOf(JsonElement problemType) => problemType.GetString()![ProblemTypePrefix.Length..];

    /// <summary>Why the value is not as the schema says; null where it is.</summary>
    public string? Refuse(JsonElement schema, JsonElement value)
    {
        // The registry is no place for two builders at a time.
        lock (_schemas)
        {
            var result = JsonSchema.FromText(schema.GetRawText(), _schemas).Evaluate(value, EveryError);
            var errors = from detail in result.Details from error in detail.Errors ?? [] select $"{detail.InstanceLocation} {error.Value}";
            return result.IsValid ? null : $"{string.Join("; ", errors)}: {value.GetRawText()}";
        }
    }

    private JsonElement Component(string kind) => _document.GetProperty("components").GetProperty(kind);

    private IEnumerable<OpenApiOperation> OperationsOf(JsonProperty path) =>
        from member in path.Value.EnumerateObject()
        where member.Value.ValueKind == JsonValueKind.Object
        select new OpenApiOperation(member.Name.ToUpperInvariant(), path.Name)
        {
            Responses = member.Value.GetProperty("responses").EnumerateObject().ToDictionary(response => response.Name, response => Resolve(response.Value)),
            Ranges = member.Value.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray().Select(Resolve).SelectMany(RangesOf)] : [],
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
        return schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty("type", out var type) && type.TryGetProperty("const", out var code)
            ? [CodeOf(code)]
            : from combination in Combinations
              where schema.TryGetProperty(combination, out _)
              from part in schema.GetProperty(combination).EnumerateArray()
              from partCode in CodesOf(part)
              select partCode;
    }

    private JsonElement Resolve(JsonElement node) =>
        node.TryGetProperty("$ref", out var reference) ? Resolve(JsonPointer.Parse(reference.GetString()![(Address.Length + 1)..]).Evaluate(_document)!.Value) : node;
}
