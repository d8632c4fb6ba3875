using FuncComet.Mailboxes;
using FuncComet.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class QueueTextReaderTests
{
    private const string Base64OfText = "aGVsbG8=";

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<QueueTextReader> _log = new();

    [Fact]
    public void Read_OfTextsThatTheFirstVersionDecoded_WarnsOnceForEachMailbox()
    {
        var reader = CreateReader(ForeignEncoding.Auto);

        reader.Read("fc-one", "plain text");
        reader.Read("fc-one", Base64OfText);
        reader.Read("fc-one", "1500");
        reader.Read("fc-two", "1500");

        var warnings = _log.Collector.GetSnapshot();
        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, warning => Assert.Equal(LogLevel.Warning, warning.Level));
        Assert.Contains("fc-one", warnings[0].Message, StringComparison.Ordinal);
        Assert.Contains("FuncComet__Mailbox__ForeignEncoding", warnings[0].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64OfText, warnings[0].Message, StringComparison.Ordinal);
        Assert.Contains("fc-two", warnings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AfterTenMinutes_WarnsOfTheMailboxAgain()
    {
        var reader = CreateReader(ForeignEncoding.Auto);
        reader.Read("fc-one", "1500");

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        reader.Read("fc-one", "1500");
        Assert.Equal(1, _log.Collector.Count);

        _time.Advance(TimeSpan.FromTicks(1));
        reader.Read("fc-one", "1500");
        Assert.Equal(2, _log.Collector.Count);
    }

    [Theory]
    [InlineData(ForeignEncoding.None)]
    [InlineData(ForeignEncoding.Base64)]
    public void Read_WhenTheEncodingWasChosen_WarnsOfNothing(ForeignEncoding encoding)
    {
        CreateReader(encoding).Read("fc-one", Base64OfText);

        Assert.Equal(0, _log.Collector.Count);
    }

    [Fact]
    public void Read_InMoreThan1000Mailboxes_StopsWarning()
    {
        var reader = CreateReader(ForeignEncoding.Auto);

        foreach (var number in Enumerable.Range(0, 1_100))
        {
            reader.Read($"fc-{number}", Base64OfText);
        }

        Assert.Equal(1_000, _log.Collector.Count);
    }

    private QueueTextReader CreateReader(ForeignEncoding encoding) =>
        new(Options.Create(new MailboxOptions { ForeignEncoding = encoding }), _time, _log);
}
