using FuncComet.LocalHost;
using FuncComet.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FuncComet.Functions.Tests;

public sealed class HostJsonTests
{
    [Fact]
    public void HostJson_InTheFunctionsFolder_EqualsTheOneInTheRoot()
    {
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(RepositoryRoot.Folder, "host.json")),
            File.ReadAllBytes(Path.Combine(RepositoryRoot.Folder, "src", "Functions", "host.json")));
    }

    // The host logs what the worker sends under the worker's category or, within a function, under the function's.
    [Theory]
    [InlineData("FuncComet.Telemetry.MessageLog")]
    [InlineData("Function.Push.User")]
    [InlineData("Function.Poll.User")]
    public void LogLevels_LetTheLogByMessageIdPass(string category)
    {
        var levels = new ConfigurationBuilder().AddJsonFile(Path.Combine(RepositoryRoot.Folder, "host.json")).Build().GetSection("logging");
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddConfiguration(levels).AddProvider(new FakeLoggerProvider()))
            .BuildServiceProvider();

        Assert.Equal("FuncComet.Telemetry.MessageLog", typeof(MessageLog).FullName);
        Assert.True(services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Information));
    }
}
