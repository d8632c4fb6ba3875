using System.Net;
using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>A mailbox that the storage does not empty in the time that a request has.</summary>
public sealed class EndlessClearTests(Azurite azurite)
{
    [Fact]
    public async Task Delete_WhenTheStorageDoesNotEmptyTheMailboxInTime_SaysThatPartIsGone()
    {
        await using var tap = await StorageTap.StartAsAzureAsync(azurite.ConnectionString);
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", tap.ConnectionString]);
        using var client = new ApiClient(host.Url);
        await client.PushAcceptedAsync("endless", "hello");
        tap.Azure!.NeverEndClears("endless");

        using var refused = await client.SendAsync(HttpMethod.Delete, "mailbox?rcpt=endless");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("5", Assert.Single(refused.Headers.GetValues("Retry-After")));
        var problem = JsonElement.Parse(await refused.TextAsync());
        Assert.Equal("urn:funccomet:storage-unavailable", problem.GetProperty("type").GetString());
        Assert.Equal("The mailbox is not empty yet.", problem.GetProperty("title").GetString());
        Assert.Equal(
            "Part of the messages is gone, and the storage did not remove the rest in time. Try again after 5 seconds.",
            problem.GetProperty("detail").GetString());
    }
}
