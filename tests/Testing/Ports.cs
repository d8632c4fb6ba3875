using System.Net;
using System.Net.Sockets;

namespace FuncComet.Testing;

/// <summary>Ports of this machine.</summary>
public static class Ports
{
    /// <summary>A port on which nothing listens.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
