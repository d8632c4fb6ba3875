using System.Text;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Requests that no honest client sends. Each begins as a valid request, some with a valid key or token, and is then spoiled in one of
/// many ways. One seed decides all random choices.
/// </summary>
internal sealed class HostileRequests(int seed, string functionKey, string token)
{
    private static readonly (string Method, string Function)[] Functions =
    [
        ("POST", "push"), ("DELETE", "push"), ("GET", "poll"), ("POST", "ack"), ("POST", "lease"), ("POST", "token"), ("GET", "mailbox"),
        ("DELETE", "mailbox"), ("GET", "mailbox/messages"), ("GET", "mailboxes"), ("GET", "presence"), ("GET", "deadletters"),
        ("DELETE", "deadletters"), ("POST", "deadletters/redrive"), ("GET", "about"), ("GET", "health"), ("POST", "app/push"),
        ("POST", "app/token"),
    ];

    private static readonly string[] Parameters =
    [
        "rcpt", "ttl", "delay", "timeout", "lease", "max", "ack", "receipt", "seconds", "after", "recall", "presence", "counts",
        "all", "bodies", "erase", "access_token", "code",
    ];

    private static readonly string[] HeaderNames =
    [
        "Authorization", "x-functions-key", "Content-Type", "Content-Encoding", "Idempotency-Key", "Prefer", "traceparent", "tracestate",
        "Origin", "Cookie", "Accept", "Expect", "Host", "Range", "Forwarded",
    ];

    private static readonly string[] MalformedEscapes = ["%", "%a", "%zz", "%u0041", "%%32", "% 41", "%-1", "%2", "%0x41"];
    private static readonly string[] InvalidUtf8 = ["%C0%80", "%ED%A0%80", "%FF%FE", "%F8%88%80%80%80", "%E2%82", "%80", "%F4%90%80%80"];
    private static readonly string[] EscapedBreaks = ["%0D%0ASet-Cookie:%20a=b", "%00", "%0A", "%0D", "%0D%0A%0D%0A%3Chtml%3E", "%C2%85"];
    private static readonly string[] BreaksInTarget = ["\r\nx: y", "\0", "\n", "\r", " HTTP/1.1\r\n\r\n", "\t"];
    private static readonly string[] BreaksInHeader = ["\r", "\n", "\0", "\r\n folded", "\r\nx-injected: 1", "\r\n\r\n"];
    private static readonly string[] MalformedHeaders =
        [":", "", " : x", "x", "x :y", "\0: x", "x\u00e9: y", "(x): y", "Host", "\u00ff\u00fe"];

    private static readonly string[] Methods =
        ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "CONNECT", "get", "PRI", "\0", "G\u00e9T", new('X', 5_000)];

    private readonly Random _random = new(seed);

    /// <summary>The kinds of request: the name, the share in a thousand, and the way to make one.</summary>
    private (string Name, int PerMille, Func<RawRequest> Make)[] Kinds =>
    [
        ("random bytes in parameters, escaped", 120, () =>
            Spoil(request => AddParameters(request, () => Escape(RandomBytes(_random.Next(1, 300)))))),
        ("random bytes in the request line", 80, () => Spoil(request => AddParameters(request, () => RandomBytes(_random.Next(1, 100))))),
        ("malformed percent escapes", 60, () => Spoil(request => AddParameters(request, () => Surrounded(MalformedEscapes)))),
        ("invalid UTF-8", 60, () => Spoil(request => AddParameters(request, () => Surrounded(InvalidUtf8)))),
        ("line breaks and NULs, escaped", 60, () => Spoil(request => AddParameters(request, () => Surrounded(EscapedBreaks)))),
        ("line breaks and NULs in the request line", 30, () => Spoil(request => AddParameters(request, () => Surrounded(BreaksInTarget)))),
        ("random bytes in headers", 120, () => Spoil(AddRandomHeaders)),
        ("line breaks and NULs in headers", 60, () =>
            Spoil(request => request.Headers.Add($"{Pick(HeaderNames)}: {Surrounded(BreaksInHeader)}"))),
        ("malformed header lines", 30, () => Spoil(request => request.Headers.Add(Pick(MalformedHeaders)))),
        ("oversized", 50, () => Spoil(Oversize)),
        ("duplicated and conflicting", 100, () => Spoil(Conflict)),
        ("conflicting framing", 40, () => Spoil(BreakFraming)),
        ("other methods", 40, () => Spoil(_ => { }) with { Method = Pick(Methods) }),
        ("in order, all values random", 150, InOrder),
    ];

    /// <summary>Requests of every kind in random order, <paramref name="count"/> in all.</summary>
    public IReadOnlyList<(string Kind, byte[] Bytes)> Make(int count)
    {
        var requests = Kinds
            .SelectMany(kind => Enumerable.Range(0, kind.PerMille * count / 1_000).Select(_ => (kind.Name, kind.Make().ToBytes())))
            .ToArray();
        _random.Shuffle(requests);
        return requests;
    }

    /// <summary>A push that would be accepted, but its body (with a length, or in chunks) ends in the middle.</summary>
    public byte[] MakeBrokenPush()
    {
        var request = new RawRequest("POST", "push") { Body = RandomBytes(_random.Next(1, 900)) };
        request.Headers.Add($"x-functions-key: {functionKey}");
        request.Headers.Add(_random.Next(2) == 0 ? "Content-Length: 1000" : "Transfer-Encoding: chunked");
        request.Body = request.Headers[^1].StartsWith('C') ? request.Body : $"3e8\r\n{request.Body}";
        return request.ToBytes();
    }

    /// <summary>A poll that would be held for ten seconds.</summary>
    public byte[] MakeHeldPoll()
    {
        var request = new RawRequest("GET", "poll");
        request.Query.AddRange(["timeout=10", Pick("max=3", "lease=30", "x=y")]);
        request.Headers.Add($"Authorization: Bearer {token}");
        return request.ToBytes();
    }

    private RawRequest Spoil(Action<RawRequest> spoil)
    {
        var (method, function) = Pick(Functions);
        var request = new RawRequest(method, function);
        if (_random.Next(3) > 0)
        {
            request.Headers.Add(
                function is "poll" or "ack" or "lease" ? $"Authorization: Bearer {token}" : $"x-functions-key: {functionKey}");
        }

        if (method != "GET")
        {
            request.Body = function == "push" ? RandomBytes(_random.Next(200)) : "";
            request.Headers.Add($"Content-Length: {request.Body.Length}");
        }

        spoil(request);
        return request;
    }

    private void AddParameters(RawRequest request, Func<string> value)
    {
        if (_random.Next(2) == 0)
        {
            request.Query.Clear();
        }

        foreach (var name in Parameters.Where(_ => _random.Next(4) == 0).DefaultIfEmpty("rcpt"))
        {
            request.Query.Add($"{name}={value()}");
        }
    }

    private void AddRandomHeaders(RawRequest request)
    {
        foreach (var name in HeaderNames.Where(_ => _random.Next(4) == 0).DefaultIfEmpty("Prefer"))
        {
            // No line breaks, which are another kind of request. Half of the values are ASCII, because the server itself refuses others.
            var value = _random.Next(2) == 0
                ? RandomAscii(_random.Next(1, 300))
                : RandomBytes(_random.Next(1, 300)).Replace('\r', '?').Replace('\n', '?');
            request.Headers.RemoveAll(header => header.StartsWith($"{name}:", StringComparison.Ordinal) && _random.Next(2) == 0);
            request.Headers.Add($"{name}: {Pick("", "Bearer ", "wait=", "00-")}{value}");
        }
    }

    private void Oversize(RawRequest request)
    {
        switch (_random.Next(8))
        {
            case 0: request.Query.Add($"rcpt={new string('x', 20_000)}"); break;
            case 1: request.Query.Add($"x={new string('x', 8_050)}"); break;
            case 2: request.Query[0] = $"rcpt={new string('x', 257)}"; break;
            case 3: request.Query.AddRange(Enumerable.Range(0, 500).Select(number => $"rcpt={number}")); break;
            case 4: request.Headers.Add($"Idempotency-Key: {new string('x', _random.Next(129, 30_000))}"); break;
            case 5: request.Headers.AddRange(Enumerable.Range(0, 300).Select(number => $"x-{number}: y")); break;
            case 6: request.Headers.Add($"Authorization: Bearer {RandomBase64Url(30_000)}"); break;
            default: request.Headers.Add($"Content-Type: text/{new string('x', _random.Next(200, 40_000))}"); break;
        }
    }

    private void Conflict(RawRequest request)
    {
        switch (_random.Next(9))
        {
            case 8: request.Query[0] = "rcpt=another"; break;
            case 0: request.Query.Add("rcpt=other"); break;
            case 1: request.Query.Add("rcpt=%68ostile"); break;
            case 2: request.Query.AddRange(Parameters.SelectMany(name => new[] { $"{name}=1", $"{name}=2" })); break;
            case 3: request.Query.AddRange(["ttl=1", "delay=604800", "lease=5", "lease=05"]); break;
            case 4: request.Query.Add($"access_token={token}"); request.Headers.Add($"Authorization: Bearer {token}"); break;
            case 5: request.Query.Add($"code={RandomBase64Url(10)}"); request.Headers.Add("x-functions-key: wrong"); break;
            case 6:
                request.Headers.AddRange(
                    ["Content-Type: text/plain", "Content-Type: text/html", "Idempotency-Key: a", "Idempotency-Key: b"]);
                break;
            default:
                request.Headers.AddRange(["Host: other", "traceparent: 00-1-1-01", "traceparent: x", "Prefer: wait=0", "Prefer: wait=x"]);
                break;
        }
    }

    private void BreakFraming(RawRequest request)
    {
        request.Headers.RemoveAll(header => header.StartsWith("Content-Length", StringComparison.Ordinal));
        switch (_random.Next(9))
        {
            case 0:
                request.Headers.AddRange(["Content-Length: 3", "Transfer-Encoding: chunked"]);
                request.Body = "0\r\n\r\nGET /api/health HTTP/1.1\r\nHost: x\r\n\r\n";
                break;
            case 1: request.Headers.AddRange(["Content-Length: 1", "Content-Length: 2"]); request.Body = "xy"; break;
            case 2: request.Headers.Add($"Content-Length: {Pick("-1", "+1", "1x", "", "99999999999999999999", "0x10", "1,1")}"); break;
            case 3:
                request.Headers.Add($"Transfer-Encoding: {Pick("gzip", "identity", "chunked, gzip", "xchunked", "chunked\t, x")}");
                break;
            case 4:
                request.Headers.Add("Transfer-Encoding: chunked");
                request.Body = $"{Pick("zz", "-1", "ffffffffffffffffff", "", "5;x")}\r\nhello\r\n0\r\n\r\n";
                break;
            case 5: request.Headers.Add("Transfer-Encoding: chunked"); request.Body = "5\r\nhello, longer than said\r\n0\r\n\r\n"; break;
            case 6: request.Headers.AddRange(["Content-Length: 999999999", "Expect: 100-continue"]); break;
            case 7: request.Version = Pick("HTTP/0.9", "HTTP/9.9", "HTTP/2.0", "HTTP/1.0", "http/1.1", "", "FTP/1.1"); break;
            default:
                request.Headers.AddRange(
                    ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"]);
                break;
        }
    }

    private RawRequest InOrder()
    {
        var (method, function) = Pick(Functions);
        var request = new RawRequest(method, function);
        request.Query[0] = $"rcpt=hostile-{_random.Next(10)}";
        request.Headers.Add($"x-functions-key: {functionKey}");
        if (function is "poll" or "ack" or "lease")
        {
            request.Query[0] = "rcpt=hostile";
            request.Headers.Add($"Authorization: Bearer {token}");
            request.Query.AddRange([$"timeout={_random.Next(2)}", $"max={_random.Next(1, 33)}", $"lease={_random.Next(5, 3_600)}"]);
            request.Query.RemoveAll(parameter => !parameter.StartsWith('r') && _random.Next(2) == 0);
            request.Query.Add(function != "poll" || _random.Next(4) == 0
                ? $"{(function == "poll" ? "ack" : "receipt")}={RandomBase64Url(_random.Next(1, 130))}"
                : "x=y");
            if (function == "lease")
            {
                request.Query.AddRange([$"seconds={_random.Next(10)}", $"after={_random.Next(10)}"]);
            }
        }
        else if (function == "push")
        {
            request.Query.AddRange(["rcpt=hostile", $"ttl={_random.Next(1, 2_592_001)}", $"delay={_random.Next(2)}"]);
            request.Headers.Add($"Content-Type: {RandomAscii(_random.Next(1, 200)).Trim()}");
            request.Headers.Add($"Idempotency-Key: {RandomBase64Url(_random.Next(1, 129))}");
            request.Headers.Add($"traceparent: 00-{RandomHex(32)}-{RandomHex(16)}-01");
            request.Body = RandomBytes(_random.Next(10) == 0 ? _random.Next(48_002) : _random.Next(500));
        }

        if (method != "GET")
        {
            request.Headers.Add($"Content-Length: {request.Body.Length}");
        }

        return request;
    }

    private string Surrounded(string[] choices) => $"{RandomBase64Url(_random.Next(5))}{Pick(choices)}{RandomBase64Url(_random.Next(5))}";

    private string RandomBytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private string RandomAscii(int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)_random.Next(' ', 0x7f))]);

    private string RandomBase64Url(int length) =>
        new(_random.GetItems<char>("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length));

    private string RandomHex(int length) => _random.GetHexString(length, lowercase: true);

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private static string Escape(string bytes) => string.Concat(bytes.Select(each => $"%{(int)each:X2}"));
}
