using System.Text.RegularExpressions;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests.Docs;

/// <summary>docs/protocol.md and openapi.yaml agree.</summary>
public sealed partial class ProtocolDocTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "protocol.md"));

    [Fact]
    public void Document_HasASectionForEveryPath_AndNoOther()
    {
        Assert.Equal(
            OpenApiDocument.Current.Operations.Select(operation => $"{operation.Method} {operation.Path}").Order(StringComparer.Ordinal),
            Sections().SelectMany(section => section.Operations).Order(StringComparer.Ordinal));
    }

    // OpenAPI has no place for 405, which is the same for every path.
    [Fact]
    public void ErrorTable_HasEveryCodeWithItsStatus_AndNoOther()
    {
        var ofTheDocument = from line in Document.Split('\n')
                            let row = ErrorRow().Match(line)
                            where row.Success
                            from code in row.Groups["code"].Captures
                            select $"{row.Groups["status"].Value} {code.Value}";
        var ofOpenApi = from answer in OpenApiDocument.Current.Answers
                        let parts = answer.Split(' ')
                        where parts[2][0] is '4' or '5' && parts.Length == 4
                        select $"{parts[2]} {parts[3]}";

        Assert.Equal(
            ofOpenApi.Append("405 method-not-allowed").Distinct().Order(StringComparer.Ordinal),
            ofTheDocument.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sections_HaveTheRangesOfTheirParameters()
    {
        var sections = Sections();
        Assert.All(
            from operation in OpenApiDocument.Current.Operations
            from range in operation.Ranges
            select (Operation: $"{operation.Method} {operation.Path}", Range: range),
            each =>
            {
                var (parameter, least, most) = each.Range;
                var row = Assert.Single(
                    sections.Single(section => section.Operations.Contains(each.Operation)).Text.Split('\n'),
                    line => line.StartsWith($"| `{parameter}` |", StringComparison.Ordinal));
                Assert.Contains(FormattableString.Invariant($"{least:N0} to {most:N0}"), row, StringComparison.Ordinal);
            });
    }

    private static (string[] Operations, string Text)[] Sections() =>
    [
        .. from section in Document.Split("\n## ")
           let heading = Heading().Match(section)
           where heading.Success
           let paths = heading.Groups["path"].Captures
           select (
               heading.Groups["method"].Captures
                   .Select((method, at) => $"{method.Value} {paths[Math.Min(at, paths.Count - 1)].Value}")
                   .ToArray(),
               section),
    ];

    // Push: `POST /api/push?…`, Mailbox: `GET` and `DELETE /api/mailbox?…`, Senders: `POST /api/app/push` and `POST /api/app/token`
    [GeneratedRegex(
        @"^[\w ]+: (`(?<method>[A-Z]+)` and )?`(?<method>[A-Z]+) /api(?<path>(/\w+)+)[^`]*`"
        + @"( and `(?<method>[A-Z]+) /api(?<path>(/\w+)+)`)?")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| (?<status>\d{3}) \|( `(?<code>[a-z-]+)`,?)+ \|")]
    private static partial Regex ErrorRow();
}
