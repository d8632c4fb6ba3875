using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

internal static class Local
{
    /// <summary>A connection string of Azurite's account, at an address where nothing listens.</summary>
    public static string FreeConnectionString() =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"QueueEndpoint=http://127.0.0.1:{Ports.Free()}/devstoreaccount1;";
}
