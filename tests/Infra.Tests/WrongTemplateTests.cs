using System.Text.RegularExpressions;

namespace FuncComet.Infra.Tests;

/// <summary>Checks that the Bicep CLI finds mistakes, so that the tests in <see cref="BicepFileTests"/> can fail.</summary>
public sealed class WrongTemplateTests
{
    private static readonly (string File, string Right, string Wrong, string Code)[] Mistakes =
    [
        ("storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAcess: false", "BCP089"),
        ("storage.bicep", "supportsHttpsTrafficOnly: true", "supportsHttpsTrafficOnly: 'no'", "BCP036"),
        ("functionapp.bicep", "name: 'FC1'", "nam: 'FC1'", "BCP089"),
        ("monitoring.bicep", "param location string", "param location string\nparam nobody string", "no-unused-params"),
    ];

    private static readonly (string Parameter, string Code)[] WrongParameters =
    [
        ("param settings = { FuncComet__Mailbox__MaxDept: 10 }", "BCP089"),
        ("param perInstanceConcurrency = 1001", "BCP327"),
        ("param maximumInstanceCount = 0", "BCP328"),
        ("param location = 'germanynorth'", "BCP033"),
        ("param updateStrategy = 'Rolling'", "BCP033"),
    ];

    // One call for all of them, as below: each takes seconds of the machine's time.
    [Fact]
    public async Task Lint_WhenTemplatesAreWrong_ReportsEveryMistake()
    {
        using var copy = Bicep.Copy();
        var modules = Path.Combine(copy.Path, "modules");
        foreach (var (file, right, wrong, _) in Mistakes)
        {
            Change(Path.Combine(modules, file), right, wrong);
        }

        var linted = await Bicep.RunAsync("lint", "--pattern", Path.Combine(modules, "*.bicep"));

        Assert.All(Mistakes, mistake => Assert.Matches($@"{Regex.Escape(mistake.File)}\([0-9,]+\) : \w+ {mistake.Code}:", linted.Errors));
        Assert.Throws<Xunit.Sdk.TrueException>(linted.AssertNothingWrong);
    }

    [Fact]
    public async Task BuildParams_WhenParametersAreInvalid_FailsForEach()
    {
        using var copy = Bicep.Copy();
        foreach (var (number, (parameter, _)) in WrongParameters.Index())
        {
            var file = Path.Combine(copy.Path, $"wrong{number}.bicepparam");
            File.Copy(Path.Combine(copy.Path, "main.bicepparam"), file);
            File.AppendAllText(file, $"{parameter}\n");
        }

        var built = await Bicep.RunAsync("build-params", "--pattern", Path.Combine(copy.Path, "wrong*.bicepparam"));

        Assert.Equal(1, built.ExitCode);
        Assert.All(
            WrongParameters.Index(),
            wrong => Assert.Matches($@"wrong{wrong.Index}\.bicepparam\([0-9,]+\) : Error {wrong.Item.Code}:", built.Errors));
    }

    [Theory]
    [InlineData("param zoneRedundant = true\nparam alwaysReadyInstances = 1\n", "alwaysReadyInstances is 1, which is one zone")]
    [InlineData("param budgetAmount = 100\n", "nobody would be told")]
    public async Task Snapshot_WhenParametersDoNotFitTogether_Fails(string parameters, string expected)
    {
        using var copy = Bicep.Copy();
        var file = Path.Combine(copy.Path, "main.bicepparam");
        File.AppendAllText(file, parameters);

        var predicted = await Bicep.RunAsync(
            "snapshot",
            file,
            "--mode",
            "overwrite",
            "--resource-group",
            "funccomet",
            "--location",
            "westeurope");

        Assert.Equal(1, predicted.ExitCode);
        Assert.Contains(expected, predicted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_WhenTheCompilerIsOlderThanStated_Fails()
    {
        using var copy = Bicep.Copy();
        Change(Path.Combine(copy.Path, "bicepconfig.json"), ">=0.47.16, <1.0.0", ">=0.999.0, <1.0.0");

        var built = await Bicep.BuildAsync(Path.Combine(copy.Path, "main.bicep"));

        Assert.Equal(1, built.ExitCode);
        Assert.Contains("BCP456", built.Errors, StringComparison.Ordinal);
    }

    private static void Change(string file, string right, string wrong)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(right, wrong, StringComparison.Ordinal));
    }
}
