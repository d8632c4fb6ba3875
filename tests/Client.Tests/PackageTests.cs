using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using FuncComet.LocalHost;

namespace FuncComet.Client.Tests;

/// <summary>The files and the metadata of the NuGet package.</summary>
public sealed class PackageTests(PackedClient packed) : IClassFixture<PackedClient>
{
    [Fact]
    public async Task Package_WhenPacked_ContainsLibraryDocumentationAndReadme()
    {
        await using var package = await OpenAsync();

        var files = package.Entries.Select(entry => entry.FullName).Where(name => !IsOfTheContainer(name));
        Assert.Equal(
            ["FuncComet.Client.nuspec", "README.md", "lib/net10.0/FuncComet.Client.dll", "lib/net10.0/FuncComet.Client.xml"],
            files.Order(StringComparer.Ordinal));
        var readme = Path.Combine(RepositoryRoot.Folder, "src/Client/README.md");
        Assert.Equal(await File.ReadAllTextAsync(readme, TestContext.Current.CancellationToken), await ReadAsync(package, "README.md"));
    }

    [Fact]
    public async Task Package_WhenPacked_DescribesItself()
    {
        await using var package = await OpenAsync();

        var nuspec = XDocument.Parse(await ReadAsync(package, "FuncComet.Client.nuspec")).Root!;
        XElement Of(string name) => Assert.Single(nuspec.Descendants(), element => element.Name.LocalName == name);
        Assert.Equal("FuncComet.Client", Of("id").Value);
        Assert.Equal(typeof(FuncCometClient).Assembly.GetName().Version!.ToString(3), Of("version").Value);
        Assert.Equal("MIT", Of("license").Value);
        Assert.Equal("README.md", Of("readme").Value);
        Assert.Equal("git", Of("repository").Attribute("type")!.Value);
        Assert.StartsWith("The .NET client of FuncComet", Of("description").Value, StringComparison.Ordinal);
        Assert.Contains("long-polling", Of("tags").Value, StringComparison.Ordinal);
        Assert.Equal("net10.0", Of("group").Attribute("targetFramework")!.Value);
        Assert.Equal("Microsoft.Extensions.Http", Of("dependency").Attribute("id")!.Value);
    }

    [Fact]
    public async Task Package_WhenPacked_ContainsNoLocalPathAndIsTrimmable()
    {
        await using var package = await OpenAsync();

        var library = Encoding.Latin1.GetString(await ReadBytesAsync(package, "lib/net10.0/FuncComet.Client.dll"));
        Assert.DoesNotContain(RepositoryRoot.Folder, library, StringComparison.Ordinal);
        Assert.Contains("IsTrimmable", library, StringComparison.Ordinal);
    }

    // Files that every package has because of its container format (Open Packaging Conventions).
    private static bool IsOfTheContainer(string name) =>
        name.StartsWith("_rels/", StringComparison.Ordinal)
        || name.StartsWith("package/", StringComparison.Ordinal)
        || name == "[Content_Types].xml";

    private Task<ZipArchive> OpenAsync() => ZipFile.OpenReadAsync(packed.Path, TestContext.Current.CancellationToken);

    private static async Task<string> ReadAsync(ZipArchive package, string name) =>
        Encoding.UTF8.GetString(await ReadBytesAsync(package, name)).TrimStart('\ufeff');

    private static async Task<byte[]> ReadBytesAsync(ZipArchive package, string name)
    {
        using var bytes = new MemoryStream();
        await using var entry = await package.GetEntry(name)!.OpenAsync(TestContext.Current.CancellationToken);
        await entry.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }
}
