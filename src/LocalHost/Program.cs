using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
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
        CustomParser = ParsePort,
        HelpName = "port",
    };

    private static readonly Option<string?> Storage = new("--storage")
    {
        Description = "The storage account to use instead of the one in local.settings.json. "
            + "If nothing answers there and the address is Azurite's, Azurite is started.",
        HelpName = "connection string",
    };

    private static readonly Option<string?> Key = new("--enable-auth")
    {
        Description = "Require this function key (x-functions-key or ?code=) for functions that need one. "
            + "Without this option every request is accepted, as with Core Tools.",
        HelpName = "key",
    };

    private static readonly Option<string?> Cors = new("--cors")
    {
        Description = "Origins from which a browser may call the functions, separated by commas, or *. "
            + "Without this option the origins come from Host.CORS in local.settings.json.",
        HelpName = "origins",
    };

    public static Task<int> Main(string[] args)
    {
        Storage.Validators.Add(RefuseEmpty);
        Key.Validators.Add(RefuseEmpty);
        var setUp = new Command("set-up", "Installs what LocalHost and the tests need besides the SDK and Node, and exits.");
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

        // StartSignals handles Ctrl-C and SIGTERM first. Once the host runs, the host does, and answers its polls
        // before it stops.
        var parsed = command.Parse(args);
        if (parsed.Action is ParseErrorAction refused)
        {
            // The errors say what is wrong. The help would push them out of sight.
            refused.ShowHelp = false;
        }

        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    // A validator would see the value only if the built-in parser can parse it, and throws if it cannot.
    private static int ParsePort(ArgumentResult argument)
    {
        var isPort = int.TryParse(argument.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort;
        if (!isPort)
        {
            argument.AddError("--port must be a whole number from 0 to 65535.");
        }

        return port;
    }

    // A variable that is not set gives an empty argument. Without this check, --enable-auth "$KEY" would let everybody in.
    private static void RefuseEmpty(OptionResult option)
    {
        if (option.Tokens.Any(token => token.Value.Length == 0))
        {
            option.AddError($"{option.Option.Name} must not be empty.");
        }
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
            await Console.Error.WriteLineAsync("Cancelled.");
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
        var settings = LocalSettings.Apply();
        Console.WriteLine($"Settings: {settings.Source}");
        if (storage is not null)
        {
            Environment.SetEnvironmentVariable("FuncComet__Storage", storage);
        }

        // Stopped last, since leases are given back until the host has stopped.
        await using var azurite = await LocalStorage.EnsureAsync(Console.Out, start.Token);
        await using var host = FunctionsHost.Create(
        [
            $"--{KestrelSetup.PortSetting}={port}",
            $"--{FunctionEndpoints.KeySetting}={key}",
            $"--{PlatformCors.OriginsSetting}={cors ?? settings.Cors}",
            $"--{PlatformCors.CredentialsSetting}={settings.CorsCredentials}",
        ]);
        await host.StartAsync(start.Token);
        start.Dispose();
        var address = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var tokens = host.Services.GetRequiredService<IOptions<TokenOptions>>().Value.Required;
        var prefix = FunctionEndpoints.RoutePrefix(AppContext.BaseDirectory);
        Welcome.Write(Console.Out, address, prefix, withKey: key is not null, withTokens: tokens);
        await host.WaitForShutdownAsync(CancellationToken.None);
    }

    /// <summary>One line that says what went wrong; null if it is a fault of this program.</summary>
    private static string? Explain(Exception exception, int port) => exception switch
    {
        StartException => exception.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        AddressInUseException
            or IOException { InnerException: AddressInUseException }
            or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"Port {port} is taken: end what listens there or choose another with --port.",
        InvalidOperationException { InnerException: FormatException or ArgumentException } => exception.Message,

        // host.json is not JSON.
        InvalidDataException { InnerException: { } reason } => $"{exception.Message} {reason.Message}",
        _ => null,
    };
}
