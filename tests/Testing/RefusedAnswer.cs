using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Storage.Queues.Models;

namespace FuncComet.Testing;

/// <summary>An answer of Storage that refuses a request: a status, an error code, and the time by Storage's clock.</summary>
internal sealed class RefusedAnswer : Response
{
    private readonly Dictionary<string, string> _headers;

    private RefusedAnswer(int status, QueueErrorCode code, DateTimeOffset at)
    {
        Status = status;
        _headers = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Date"] = at.ToString("R", CultureInfo.InvariantCulture),
            ["x-ms-error-code"] = code.ToString(),
        };
    }

    /// <summary>The exception that the storage client makes of such an answer.</summary>
    public static RequestFailedException Exception(int status, QueueErrorCode code, DateTimeOffset at) =>
        new(new RefusedAnswer(status, code, at), innerException: null, new CodeOfHeader());

    public override int Status { get; }

    public override string ReasonPhrase => "";

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; } = "";

    public override void Dispose()
    {
    }

    protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers.Select(header => new HttpHeader(header.Key, header.Value));

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => _headers.TryGetValue(name, out value);

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }

    private sealed class CodeOfHeader : RequestFailedDetailsParser
    {
        public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
        {
            response.Headers.TryGetValue("x-ms-error-code", out var code);
            (error, data) = (new ResponseError(code, message: ""), null);
            return true;
        }
    }
}
