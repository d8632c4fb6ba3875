using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>
/// An nginx in front of an app, with a limit for answers and with buffering: over HTTP/1.1, and over HTTP/2 with a certificate of its own,
/// which clients must be told to trust. It is the nginx on PATH; if there is none, it is installed from the system's packages.
/// </summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Package = "nginx-light";
    private const string PortTaken = "Address already in use";
    private const string Certificate = "certificate.pem";
    private const string Key = "key.pem";
    private const int Starts = 3;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestVersion = TimeSpan.FromSeconds(20);

    // PATH of users other than root often lacks it.
    private static readonly string UsualPath = Path.Combine("/usr", "sbin", "nginx");

    private readonly Process _process;
    private readonly string _folder;

    private Nginx(Process process, string folder, Uri url, Uri secureUrl) =>
        (_process, _folder, Url, SecureUrl) = (process, folder, url, secureUrl);

    /// <summary>The base address of the functions behind the proxy, which ends in <c>/api/</c>, over HTTP/1.1.</summary>
    public Uri Url { get; }

    /// <summary>The same over TLS, where clients can use HTTP/2.</summary>
    public Uri SecureUrl { get; }

    /// <summary>Its certificate, as PEM.</summary>
    public string CertificateFile => Path.Combine(_folder, Certificate);

    /// <summary>Creates a handler for clients that trusts this certificate.</summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(CertificateFile) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    /// <summary>Installs nginx if necessary, starts it, and returns when it listens.</summary>
    /// <param name="app">The base address of the functions, which ends in <c>/api/</c>. All other paths are forwarded too.</param>
    /// <param name="limit">How long it waits for the app: <c>proxy_read_timeout</c>, in whole seconds.</param>
    /// <param name="ignoresLeaving">Whether it goes on waiting when the client has left: <c>proxy_ignore_client_abort</c>.</param>
    public static async Task<Nginx> StartAsync(Uri app, TimeSpan limit, bool ignoresLeaving = false)
    {
        ArgumentNullException.ThrowIfNull(app);
        var program = await EnsureInstalledAsync(SetUpProgress.Output);
        for (var left = Starts - 1; ; left--)
        {
            var (process, folder, port, securePort) = await LaunchAsync(program, app, limit, ignoresLeaving);
            var output = new ProcessOutput(process);
            if (await ListensAsync(output))
            {
                return new Nginx(process, folder, UrlOf("http", port), UrlOf("https", securePort));
            }

            await StopAsync(process, folder);
            if (left == 0 || !output.Lines.Any(line => line.Contains(PortTaken, StringComparison.Ordinal)))
            {
                throw new StartException($"nginx does not listen. {string.Join(" | ", output.Lines)}");
            }
        }

        Uri UrlOf(string scheme, int port) => new(new Uri($"{scheme}://127.0.0.1:{port}"), app.AbsolutePath);
    }

    public async ValueTask DisposeAsync() => await StopAsync(_process, _folder);

    private static async Task<string> EnsureInstalledAsync(TextWriter output)
    {
        if (await FindAsync() is { } found)
        {
            return found;
        }

        using var turn = await CrossProcessLock.TakeAsync("nginx", output, CancellationToken.None);
        if (await FindAsync() is { } foundNow)
        {
            return foundNow;
        }

        CommandFailure? failed = null;
        if (SystemPackages.CanInstall)
        {
            await output.WriteLineAsync("Installing nginx for the tests from the system's packages (once; it takes some seconds) …");
            failed = await Command.RunAllAsync(SystemPackages.Install(Package), output);
        }

        return await FindAsync() ?? throw new StartException(
            $"The tests found no nginx{(failed is null ? "" : " and could not install one")}. Run this command as root and try again: "
            + $"apt-get install {Package}{(failed is null ? "" : $"{Environment.NewLine}{failed}")}");
    }

    private static async Task<string?> FindAsync()
    {
        foreach (var program in Command.OnPath("nginx").Append(UsualPath))
        {
            if (await new Command(program, "-v") { Limit = LongestVersion }.RunAsync(TextWriter.Null) is null)
            {
                return program;
            }
        }

        return null;
    }

    private static async Task<bool> ListensAsync(ProcessOutput output)
    {
        try
        {
            return await output.WaitForLineAsync(IsListening, LongestStart, CancellationToken.None) is not null;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // nginx tells its version right after it has begun to listen.
    private static bool IsListening(string line) => line.Contains("[notice]", StringComparison.Ordinal)
        && line.Contains(" nginx/", StringComparison.Ordinal);

    private static async Task<(Process Process, string Folder, int Port, int SecurePort)> LaunchAsync(
        string program,
        Uri app,
        TimeSpan limit,
        bool ignoresLeaving)
    {
        var (port, securePort) = FreePorts();
        var folder = Directory.CreateTempSubdirectory("funccomet-nginx-").FullName;
        await WriteCertificateAsync(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nginx.conf"),
            $$"""
            # One process in the foreground, which ends with the test.
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr notice;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                server {
                    listen 127.0.0.1:{{port}};
                    listen 127.0.0.1:{{securePort}} ssl http2;
                    ssl_certificate {{Certificate}};
                    ssl_certificate_key {{Key}};
                    location / {
                        proxy_pass {{app.GetLeftPart(UriPartial.Authority)}};
                        proxy_set_header Host $http_host;
                        proxy_read_timeout {{limit.TotalSeconds:F0}}s;
                        proxy_buffering on;
                        proxy_ignore_client_abort {{(ignoresLeaving ? "on" : "off")}};
                    }
                }
            }
            """);
        var start = new ProcessStartInfo(program, ["-p", folder, "-c", "nginx.conf", "-e", "stderr"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return (Process.Start(start)!, folder, port, securePort);
    }

    private static (int, int) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private static async Task WriteCertificateAsync(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        await File.WriteAllTextAsync(Path.Combine(folder, Certificate), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, Key), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task StopAsync(Process process, string folder)
    {
        using (process)
        {
            await process.StopAsync(() => Signal(process.Id), LongestStop);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Signal(int process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process}"]);
        kill.WaitForExit();
    }
}
