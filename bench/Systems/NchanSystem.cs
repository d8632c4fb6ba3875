using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FuncComet.Bench.Systems;

/// <summary>nginx with the nchan module, with messages in memory. It is measured only on machines that have both installed.</summary>
internal sealed partial class NchanSystem : IPushSystem
{
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";

    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/bin/nginx"];
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = Http.CreateClient();
    private readonly string _folder = Directory.CreateTempSubdirectory("funccomet-nchan-").FullName;
    private Process? _nginx;
    private Uri _url = null!;

    public static bool IsHere => File.Exists(Module) && Program is not null;

    public string Name => SystemNames.Nchan;

    private static string? Program => Array.Find(Programs, File.Exists);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var port = FreePort();
        _url = new Uri($"http://127.0.0.1:{port}");
        var file = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(port), cancellationToken);
        _nginx = Process.Start(new ProcessStartInfo(Program!, ["-p", _folder, "-c", file, "-e", "stderr"]))!;
        var began = Stopwatch.GetTimestamp();
        while (await ReadHeldAsync(cancellationToken) == Holding.Unknown)
        {
            if (_nginx.HasExited || Stopwatch.GetElapsedTime(began) > LongestStart)
            {
                throw new InvalidOperationException("nginx did not start.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), cancellationToken);
        }
    }

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) => new Client(_http, new Uri(_url, $"/poll?rcpt={recipient}"));

    public Task PushAsync(string recipient, CancellationToken cancellationToken) =>
        Http.PostAsync(_http, new Uri(_url, $"/push?rcpt={recipient}"), Http.Body(), cancellationToken);

    public async Task<Holding> ReadHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = await _http.GetStringAsync(new Uri(_url, "/status"), cancellationToken);
            return new Holding(int.Parse(Subscribers().Match(status).Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
        catch (HttpRequestException ex) when (ex.InnerException is SocketException)
        {
            // It does not listen yet.
            return Holding.Unknown;
        }
    }

    public Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) =>
        Task.FromResult(new SystemState().AddUsage([_nginx!.Id, .. WorkersOf(_nginx.Id)]));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using (_nginx)
        {
            if (_nginx?.HasExited == false)
            {
                // SIGTERM, because SIGKILL would leave nginx's worker processes behind.
                using var kill = Process.Start("kill", ["-TERM", _nginx.Id.ToString(CultureInfo.InvariantCulture)]);
                await _nginx.WaitForExitAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    // One worker process: the load generator runs on the same few cores, so a second one would only add communication between the workers.
    private string Configuration(int port) => $$"""
        load_module {{Module}};
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile 20000;
        pid {{_folder}}/nginx.pid;
        error_log stderr error;
        events { worker_connections 19000; }
        http {
            access_log off;
            client_body_temp_path {{_folder}}/body;
            proxy_temp_path {{_folder}}/proxy;
            fastcgi_temp_path {{_folder}}/fastcgi;
            uwsgi_temp_path {{_folder}}/uwsgi;
            scgi_temp_path {{_folder}}/scgi;
            keepalive_requests 1000000;
            keepalive_timeout 300s;
            nchan_shared_memory_size 512M;
            server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location /push { nchan_publisher; nchan_channel_id $arg_rcpt; nchan_message_timeout 5m; }
                location /poll {
                    nchan_subscriber longpoll;
                    nchan_channel_id $arg_rcpt;
                    nchan_subscriber_timeout {{Http.LongestPoll.TotalSeconds}}s;
                    nchan_subscriber_first_message newest;
                }
                location /status { nchan_stub_status; }
            }
        }
        """;

    private static IEnumerable<int> WorkersOf(int master) =>
        File.ReadAllText($"/proc/{master}/task/{master}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"^subscribers: (\d+)", RegexOptions.Multiline)]
    private static partial Regex Subscribers();

    /// <summary>Sends with each poll which message it received last, as nchan's clients do.</summary>
    private sealed class Client(HttpClient http, Uri uri) : IWaitingClient
    {
        private DateTimeOffset? _modified;
        private string? _tag;

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, uri);
                request.Headers.IfModifiedSince = _modified;
                if (_tag is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-None-Match", _tag);
                }

                using var answer = await Http.PollAsync(http, request, cancellationToken);
                if (answer is not null)
                {
                    _modified = answer.Content.Headers.LastModified;

                    // nchan's tag has no quotation marks, so HttpClient does not parse it as an entity tag.
                    _tag = answer.Headers.NonValidated["ETag"].ToString();
                    return;
                }
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
