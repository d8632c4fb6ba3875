using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests;

/// <summary>
/// infra/deploy.sh, with fake-az.sh as the Azure CLI and fake-dotnet.sh as <c>dotnet</c>. <c>.ci/deploy-smoke</c> runs it with the real
/// <c>dotnet</c>, and so with the end-to-end tests.
/// </summary>
public sealed class DeployScriptTests : IDisposable
{
    private const string Key = "key-of-the-app==";
    private const string New = "1.2.3+0123456789abcdef";
    private const string Old = "1.2.2+fedcba9876543210";

    private readonly TemporaryFolder _folder = new();

    public DeployScriptTests()
    {
        foreach (var program in new[] { "az", "dotnet" })
        {
            var fake = Path.Combine(RepositoryRoot.Folder, "tests", "Infra.Tests", $"fake-{program}.sh");
            File.CreateSymbolicLink(Path.Combine(_folder.Path, program), fake);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Deploy_WhenUploadsFailNowAndThenAsOnFlex_TriesAgainAndChecksTheApp()
    {
        var host = new SecuredLocalHost(Key);
        await using var _ = host;
        await host.InitializeAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        http.DefaultRequestHeaders.Add("x-functions-key", Key);
        using var about = await http.GetAsync("about", TestContext.Current.CancellationToken);
        var version = about.Headers.GetValues("Comet-Version").Single();

        var deployed = await RunAsync($"{host.Url}", Package(version), ("FAKE_AZ_UPLOADS", "partial unavailable"));

        Assert.True(deployed.ExitCode == 0, deployed.Output + deployed.Errors);
        var url = $"{host.Url}".TrimEnd('/');
        Assert.Equal($"Done: {version} serves at {url}", LastLine(deployed.Output));
        Assert.Equal(
            [
                "resource show",
                "functionapp deployment",
                "functionapp deployment",
                "functionapp deployment",
                "rest --method",
                "functionapp keys",
            ],
            AzCalls().Select(call => string.Join(' ', call.Split(' ')[..2])));
        Assert.Equal(
            [$"{url[..^4]} {Key} test tests/EndToEnd.Tests --filter Changes=nothing&FullyQualifiedName!~OnAzure"],
            File.ReadLines(DotnetCalls));
        Assert.DoesNotContain(Key, deployed.Output + deployed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_WhenNoUploadSucceeds_FailsAndChecksNothing()
    {
        var deployed = await RunAsync("http://app.invalid", Package(New), ("FAKE_AZ_UPLOADS", "partial partial unavailable"));

        AssertFailed("Failed: Azure has not taken the package in 3 tries, and az says above why.", deployed);
        Assert.Contains("ERROR: Site Unavailable (CODE: 503)", deployed.Errors, StringComparison.Ordinal);
        Assert.Equal(3, AzCalls().Count(call => call.Contains("config-zip", StringComparison.Ordinal)));
        Assert.Equal(4, AzCalls().Length);
    }

    [Fact]
    public async Task Deploy_WhenAnUploadHangs_EndsItAndTriesAgain()
    {
        await using var app = await StandInApp.StartAsync(_ => New);

        var deployed = await RunAsync(app.Url, Package(New), ("FAKE_AZ_UPLOADS", "hang ok"), ("DEPLOY_UPLOAD_LIMIT", "3"));

        Assert.True(deployed.ExitCode == 0, deployed.Output + deployed.Errors);
        Assert.Contains("Try 1 of 3 failed.", deployed.Output, StringComparison.Ordinal);
        Assert.Equal(2, AzCalls().Count(call => call.Contains("config-zip", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deploy_WhenOldInstancesAnswerNowAndThen_WaitsFor30AnswersInARowOverNewConnections()
    {
        await using var app = await StandInApp.StartAsync(request => request is <= 3 or 21 ? Old : New);

        var deployed = await RunAsync(app.Url, Package(New));

        Assert.Equal($"Done: {New} serves at {app.Url}/api", LastLine(deployed.Output));
        Assert.Equal(51, app.Connections.Count);
        Assert.Distinct(app.Connections);
    }

    [Fact]
    public async Task Deploy_WhenOldInstancesStay_Fails()
    {
        await using var app = await StandInApp.StartAsync(_ => Old);

        var deployed = await RunAsync(app.Url, Package(New), ("DEPLOY_SERVE_LIMIT", "1"));

        AssertFailed($"Failed: after 1 seconds the last answer was '200 {Old}'.", deployed);
        Assert.False(File.Exists(DotnetCalls));
    }

    [Fact]
    public async Task Deploy_WhenTheAppDoesNotReachItsStorageYet_Waits()
    {
        var asked = 0;
        await using var app = await StandInApp.StartAsync(
            _ => New,
            health: request => (asked = request) < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);

        var deployed = await RunAsync(app.Url, Package(New));

        Assert.Equal($"Done: {New} serves at {app.Url}/api", LastLine(deployed.Output));
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Deploy_WhenAPollNeedsNoToken_Fails()
    {
        await using var app = await StandInApp.StartAsync(_ => New, pollWithoutToken: HttpStatusCode.NoContent);

        var deployed = await RunAsync(app.Url, Package(New));

        AssertFailed("Failed: the answer was '204 ' instead of 401: anyone who can reach the app can read every mailbox", deployed);
    }

    [Fact]
    public async Task Deploy_WhenAnEndToEndTestFails_Fails()
    {
        await using var app = await StandInApp.StartAsync(_ => New);

        var deployed = await RunAsync(app.Url, Package(New), ("FAKE_DOTNET_TEST", "1"));

        AssertFailed($"Failed: the app serves {New}, but not as the end-to-end tests expect", deployed);
    }

    [Fact]
    public async Task Deploy_WhenTheAppDoesNotExist_FailsAtOnce()
    {
        var deployed = await RunAsync("http://app.invalid", Package(New), ("FAKE_AZ_APP", "gone"));

        AssertFailed("Failed: Azure does not show the app.", deployed);
        Assert.Single(AzCalls());
    }

    [Fact]
    public async Task Deploy_WhenThePackageIsNoneOfThisApp_FailsAtOnce()
    {
        var deployed = await RunAsync("http://app.invalid", Package(version: null));

        AssertFailed($"Failed: {Path.Combine(_folder.Path, "app.zip")} has no version.txt", deployed);
        Assert.False(File.Exists(AzCallsFile));
    }

    // azd has deployed then.
    [Fact]
    public async Task Check_WithoutAPackage_ExpectsTheVersionOfTheWorkingTreeAndUploadsNothing()
    {
        await using var app = await StandInApp.StartAsync(_ => New);

        var checkedOnly = await RunAsync(app.Url, package: null, ("FAKE_DOTNET_VERSION", New), ("FUNCCOMET_SUITE", "no"));

        Assert.Equal($"Done: {New} serves at {app.Url}/api", LastLine(checkedOnly.Output));
        Assert.DoesNotContain(AzCalls(), call => call.Contains("config-zip", StringComparison.Ordinal));
        Assert.Contains(" msbuild src/Functions ", Assert.Single(File.ReadLines(DotnetCalls)), StringComparison.Ordinal);
    }

    private string AzCallsFile => Path.Combine(_folder.Path, "az-calls");

    private string DotnetCalls => Path.Combine(_folder.Path, "dotnet-calls");

    private string[] AzCalls() => File.ReadAllLines(AzCallsFile);

    private Task<ProgramResult> RunAsync(string url, string? package, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["infra/deploy.sh", .. package is null ? Array.Empty<string>() : [package]])
        {
            Environment =
            {
                ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
                ["FAKE_AZ_CALLS"] = AzCallsFile,
                ["FAKE_AZ_KEY"] = Key,
                ["FAKE_DOTNET_CALLS"] = DotnetCalls,
                ["DEPLOY_PAUSE"] = "0",
                ["AZURE_RESOURCE_GROUP"] = "funccomet",
                ["FUNCCOMET_APP"] = "app",
                ["FUNCCOMET_URL"] = url,
                ["FUNCCOMET_KEY"] = null,
                ["GITHUB_ACTIONS"] = null,
            },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return ProgramResult.OfAsync(start);
    }

    private string Package(string? version)
    {
        var file = Path.Combine(_folder.Path, "app.zip");
        using var package = ZipFile.Open(file, ZipArchiveMode.Create);
        using var writer = new StreamWriter(package.CreateEntry(version is null ? "host.json" : "version.txt").Open());
        writer.WriteLine(version);
        return file;
    }

    private static void AssertFailed(string reason, ProgramResult deployed)
    {
        Assert.Equal(1, deployed.ExitCode);
        Assert.StartsWith(reason, LastLine(deployed.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain("Done", deployed.Output, StringComparison.Ordinal);
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}
