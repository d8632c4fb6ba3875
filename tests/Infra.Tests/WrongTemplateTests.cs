namespace FuncComet.Infra.Tests;

/// <summary>Checks that the Bicep CLI finds mistakes, so that the tests in <see cref="BicepFileTests"/> can fail.</summary>
public sealed class WrongTemplateTests
{
    [Theory]
    [InlineData("modules/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAcess: false", "BCP089")]
    [InlineData("modules/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: 'no'", "BCP036")]
    [InlineData("modules/functionapp.bicep", "name: 'FC1'", "nam: 'FC1'", "BCP089")]
    [InlineData("modules/monitoring.bicep", "param location string", "param location string\nparam nobody string", "no-unused-params")]
    public async Task Lint_WhenATemplateIsWrong_ReportsIt(string file, string right, string wrong, string code)
    {
        using var copy = Bicep.Copy();
        Change(Path.Combine(copy.Path, file), right, wrong);

        var linted = await Bicep.RunAsync("lint", Path.Combine(copy.Path, file));

        Assert.Contains(code, linted.Errors, StringComparison.Ordinal);
        Assert.Throws<Xunit.Sdk.TrueException>(linted.AssertNothingWrong);
    }

    [Theory]
    [InlineData("param settings = { FuncComet__Mailbox__MaxDept: 10 }", "BCP089")]
    [InlineData("param perInstanceConcurrency = 1001", "BCP327")]
    [InlineData("param maximumInstanceCount = 0", "BCP328")]
    [InlineData("param location = 'germanynorth'", "BCP033")]
    [InlineData("param updateStrategy = 'Rolling'", "BCP033")]
    public async Task BuildParams_WhenAParameterIsInvalid_Fails(string parameter, string code)
    {
        using var copy = Bicep.Copy();
        var file = Path.Combine(copy.Path, "main.bicepparam");
        File.AppendAllText(file, $"{parameter}\n");

        var built = await Bicep.RunAsync("build-params", file, "--stdout");

        Assert.Equal(1, built.ExitCode);
        Assert.Contains(code, built.Errors, StringComparison.Ordinal);
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
