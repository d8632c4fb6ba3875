using System.CommandLine;
using System.Net.Sockets;
using FuncComet.Functions.Tokens;
using FuncComet.LocalHost.Hosting;
using FuncComet.LocalHost.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet.LocalHost;

internal static class Program
{
    private static readonly Option<int> Port = new("--port", "-p")
    {
        Description = "The port on localhost: 1 to 65535, or 0 for a free one.",
        DefaultValueFactory = _ => 7071,
        HelpName = "port",
    };

    private static readonly Option<string?> Storage = new("--storage")
    {
        Description = "The storage account to use instead of the one in local.settings.json. "
            + "Where nothing answers there and Azurite can be it, Azurite is started.",
        HelpName = "connection string",
    };

    private static readonly Option<string?> Key = new("--enable-auth")
    {
        Description = "Ask for this function key (x-functions-key or ?code=) where a function needs one. "
            + "Without it everybody is let in, as Core Tools does.",
        HelpName = "key",
    };

    private static readonly Option<string?> Cors = new("--cors")
    {
        Description = "Origins that a browser may call the functions from, with commas between them, or *. "
            + "Without it those of Host.CORS in local.settings.json.",
        HelpName = "origins",
    };

    public static Task<int> Main(string[] args)
    {
        Port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535)
            {
                result.AddError("--port must be 0 to 65535.");
            }
        });
        var setUp = new Command("set-up", "Installs what LocalHost and the tests need beyond the SDK and Node, once, and ends.");
        setUp.SetAction(_ => ExplainedAsync(SetUpAsync, port: 0));
        var command = new RootCommand("Runs FuncComet's functions on this machine, with Azurite for storage.")
        {
            Port, Storage, Key, Cors, setUp,
        };
        command.SetAction(arguments =>
        {
            var port = arguments.GetValue(Port);
            var (storage, key, cors) = (arguments.GetValue(Storage), arguments.GetValue(Key), arguments.GetValue(Cors));
            return ExplainedAsync(start => RunAsync(port, storage, key, cors, start), port);
        });

        // Ctrl-C and SIGTERM are handled here: first StartSignals, then the host itself, which answers its polls before anything ends.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> ExplainedAsync(Func<StartSignals, Task> run, int port)
    {
        using var start = new StartSignals();
        try
        {
            await run(start);
            return 0;
        }
        catch (OperationCanceledException) when (start.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Called off.");
            return 1;
        }
        catch (Exception ex) when (Explain(ex, port) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return 1;
        }
    }

    private static async Task SetUpAsync(StartSignals start)
    {
        await NodeTools.Azurite.EnsureInstalledAsync(Console.Out, start.Token);
        await NodeTools.OfTests.EnsureInstalledAsync(Console.Out, start.Token);
    }

    private static async Task RunAsync(int port, string? storage, string? key, string? cors, StartSignals start)
    {
        var (settings, platform) = LocalSettings.Apply();
        Console.WriteLine($"Settings: {settings}");
        if (storage is not null)
        {
            Environment.SetEnvironmentVariable("FuncComet__Storage", storage);
        }

        // Stopped last: leases are given back until the very end.
        await using var azurite = await LocalStorage.EnsureAsync(Console.Out, start.Token);
        await using var host = FunctionsHost.Create(
        [
            $"--{KestrelSetup.PortSetting}={port}",
            $"--{FunctionEndpoints.KeySetting}={key}",
            $"--{PlatformCors.OriginsSetting}={cors ?? platform["CORS"]}",
            $"--{PlatformCors.CredentialsSetting}={platform["CORSCredentials"] ?? "false"}",
        ]);
        await host.StartAsync(start.Token);
        start.Dispose();
        var address = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var tokens = host.Services.GetRequiredService<IOptions<TokenOptions>>().Value.Required;
        var prefix = FunctionEndpoints.RoutePrefix(AppContext.BaseDirectory);
        Welcome.Write(Console.Out, address, prefix, withKey: key is not null, withTokens: tokens);
        await host.WaitForShutdownAsync(CancellationToken.None);
    }

    /// <summary>What went wrong in one line, where it is not a fault of this program.</summary>
    private static string? Explain(Exception exception, int port) => exception switch
    {
        StartException => exception.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        AddressInUseException
            or IOException { InnerException: AddressInUseException }
            or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"Port {port} is taken: end what listens there or choose another with --port.",
        InvalidOperationException { InnerException: FormatException or ArgumentException } => exception.Message,
        _ => null,
    };
}
